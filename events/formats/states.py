"""Words for a talk's state in other programs and languages, and the state here that each one means.

Only a word that clearly says "takes place" makes a talk public. Any other word, known or not, keeps it a draft.
"""

import re
import unicodedata

_WORDS = {
    "confirmed": (
        "confirmed accepted approved published public scheduled yes y true active live ok final done"
        " bestätigt angenommen akzeptiert zugesagt veröffentlicht öffentlich ja fest"
        " confirmé confirmée accepté acceptée validé validée retenu retenue publié publiée oui"
        " confirmado confirmada aceptado aceptada aprobado aprobada publicado publicada sí si"
        " 已确认 确认 已接受 接受 已录用 录用 已通过 通过 已发布 发布 是 eventscheduled"
    ),
    "cancelled": (
        "cancelled canceled abgesagt entfällt gestrichen annulé annulée cancelado cancelada anulado anulada"
        " 取消 已取消 eventcancelled"
    ),
    "withdrawn": (
        "withdrawn rejected declined refused deleted removed dropped no n false"
        " abgelehnt zurückgezogen gelöscht nein"
        " refusé refusée rejeté rejetée retiré retirée supprimé supprimée non"
        " rechazado rechazada retirado retirada eliminado eliminada"
        " 已拒绝 拒绝 未录用 已撤回 撤回 否"
    ),
    "draft": (
        "draft new submitted pending open waitlist waitlisted unconfirmed tentative nominated undecided unclear"
        " review inreview underreview backup reserve hold onhold maybe inactive offline"
        " acceptqueue declinequeue waitlistqueue waitinglist tobedecided tbd rejecting accepting"
        " entwurf eingereicht offen neu warteliste unbestätigt inprüfung vorläufig"
        " brouillon soumis soumise enattente proposé proposée listedattente àconfirmer"
        " borrador enviado enviada pendiente enespera propuesto propuesta listadeespera"
        " 草稿 已提交 提交 待定 待审 候补 审核中 等待"
    ),
}


def _normalize(text: str) -> str:
    """Letters and digits alone, in lower case: "Accept Queue" and "accept_queue" are one word."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFC", text)).casefold()


_STATES = {_normalize(word): state for state, words in _WORDS.items() for word in words.split()}


def parse_state(text: str) -> tuple[str, bool]:
    """The state that a word means, and whether the word is known. What is unknown is a draft.

    A word may carry an explanation ("Accepted (speaker informed)"); "not", "nicht" and the like before it
    make a draft of it.
    """
    word = _normalize(text)
    if word in _STATES:
        return _STATES[word], True
    bare = _normalize(re.split(r"[(\[,:;/]|\s[-–—]\s", text.strip(), maxsplit=1)[0])
    if bare in _STATES:
        return _STATES[bare], True
    return "draft", False
