"""Changes of several rows. Each is keyword-only and one transaction."""

from .activities import CannotUndoActivity, allow_undo
from .activities import undo as undo_activity
from .cloning import clone_event
from .document import build_document
from .entering import Entered, NewTalk, enter_talks, parse_people
from .feedback import give_feedback, is_feedback_open
from .importing import CannotUndo, ImportRefused, Report, describe_change, import_schedule, undo_import
from .live import LiveRefused, announce, merge_into_plan, plan_change, undo_change
from .merging import MergeRefused, merge_speakers, repeat_talk
from .moving import move_plan_by_days, shift_slots
from .people import (
    InvitationRefused,
    accept_invitation,
    change_role,
    invite,
    invite_curator,
    remove_organiser,
    remove_role,
)
from .plan import get_plan_version, load_plan, load_plans
from .planning import StalePlan, load_release, lock_event, schedule_slot, unschedule_slot
from .profile_access import (
    AccessRefused,
    allow_profile_access,
    end_profile_access,
    request_profile_access,
)
from .release import (
    EmptyRelease,
    PlanChanged,
    ReleaseRefused,
    ScheduleConflict,
    find_plan_conflicts,
    list_left_out,
    release,
)
from .setting_up import NewRoom, NewTrack, publish_event, set_up_event
from .sharing import describe_other_events, list_other_events, tell_others
from .topics import get_or_create_topics

__all__ = [
    "AccessRefused",
    "CannotUndo",
    "CannotUndoActivity",
    "EmptyRelease",
    "Entered",
    "ImportRefused",
    "InvitationRefused",
    "LiveRefused",
    "MergeRefused",
    "NewRoom",
    "NewTalk",
    "NewTrack",
    "PlanChanged",
    "ReleaseRefused",
    "Report",
    "ScheduleConflict",
    "StalePlan",
    "accept_invitation",
    "allow_profile_access",
    "allow_undo",
    "announce",
    "build_document",
    "change_role",
    "clone_event",
    "describe_change",
    "describe_other_events",
    "end_profile_access",
    "enter_talks",
    "find_plan_conflicts",
    "get_or_create_topics",
    "get_plan_version",
    "give_feedback",
    "import_schedule",
    "invite",
    "invite_curator",
    "is_feedback_open",
    "list_left_out",
    "list_other_events",
    "load_plan",
    "load_plans",
    "load_release",
    "lock_event",
    "merge_into_plan",
    "merge_speakers",
    "move_plan_by_days",
    "parse_people",
    "plan_change",
    "publish_event",
    "release",
    "remove_organiser",
    "remove_role",
    "repeat_talk",
    "request_profile_access",
    "schedule_slot",
    "set_up_event",
    "shift_slots",
    "tell_others",
    "undo_activity",
    "undo_change",
    "undo_import",
    "unschedule_slot",
]
