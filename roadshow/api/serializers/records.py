"""Serializers of records: reading by functions compiled once a request, writing by the model's own validation.

Reading: each field gives a function from a loaded row to its value; `load` says what the rows need, so that a page
of any length costs the same few queries. Plain `ModelSerializer.to_representation` takes several times as long, see
docs/performance.md. Writing: DRF's parsing, then `full_clean` and the constraints of the model, so that API, admin
and imports refuse the same things with the same messages.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter
from typing import Any, cast

from django.core.exceptions import ValidationError as ModelError
from django.core.validators import RegexValidator
from django.db import transaction
from django.db.models import Model, QuerySet, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, PermissionDenied, ValidationError
from rest_framework.validators import UniqueValidator

from roadshow.api.errors import as_api_error
from roadshow.core.access import is_organiser
from roadshow.core.fields import AddressField
from roadshow.core.models import Record

from .fields import Reader, is_editable_by


@dataclass(frozen=True, slots=True)
class Shape:
    """What `?fields=` and `?expand=` ask for: which keys (None: all), and which references as whole records."""

    fields: frozenset[str] | None = None
    expanded: dict[str, "Shape"] = field(default_factory=dict)

    def __hash__(self):
        return hash((self.fields, *self.expanded.items()))

    @classmethod
    def parse(
        cls,
        serializer: type["RecordSerializer"],
        fields: Iterable[str],
        expand: Iterable[str],
        depth: int = 2,
    ) -> "Shape":
        """Raises ValidationError for keys that do not exist or cannot be expanded."""
        fields, expand = [name for name in fields if name], [name for name in expand if name]
        expanded = {}
        for name in dict.fromkeys(path.partition(".")[0] for path in expand):
            if not depth:
                raise ValidationError({"expand": _("Two levels can be expanded, such as event.series.")})
            if name not in serializer.Meta.expandable:
                raise ValidationError({"expand": _unknown(name, serializer.Meta.expandable)})
            nested = serializer.nested(name)
            expanded[name] = cls.parse(nested, _below(name, fields), _below(name, expand), depth - 1)
        heads = frozenset(path.partition(".")[0] for path in fields)
        for name in heads - set(serializer.Meta.fields):
            raise ValidationError({"fields": _unknown(name, serializer.Meta.fields)})
        for path in fields:
            if "." in path and path.partition(".")[0] not in expanded:
                raise ValidationError(
                    {"fields": _("Expand “%(name)s” too.") % {"name": path.partition(".")[0]}}
                )
        return cls(heads or None, expanded)

    def wants(self, name: str) -> bool:
        return self.fields is None or name in self.fields


def _below(name: str, paths: Iterable[str]) -> list[str]:
    return [path.partition(".")[2] for path in paths if path.startswith(f"{name}.")]


def _unknown(name: str, known: Iterable[str]) -> str:
    return _("There is no “%(name)s” here. These are known: %(known)s.") % {
        "name": name[:80],
        "known": ", ".join(known) or "-",
    }


CONFIRM_ADDRESS = "Confirm-Address"  # header with a slug that is taken from the record that had it before
JSON_TYPES = (  # serializer fields, the types of JSON values that they accept, and the name of those
    (serializers.BooleanField, (bool,), _("true or false")),
    (serializers.IntegerField, (int,), _("a whole number")),
    (serializers.FloatField, (int, float), _("a number")),
    (serializers.CharField, (str,), _("text")),
    (serializers.ChoiceField, (str,), _("text")),
    (serializers.DateField, (str,), _("text")),
    (serializers.DateTimeField, (str,), _("text")),
    (serializers.TimeField, (str,), _("text")),
)


class StrictTypes(serializers.Serializer):
    """Mixin of serializers: unknown keys and values of another JSON type are refused ("1" is no number)."""

    def to_internal_value(self, data):
        if isinstance(data, dict):
            errors = {
                name: [problem] for name, value in data.items() if (problem := self._problem(name, value))
            }
            if errors:
                raise ValidationError(errors)
        return super().to_internal_value(data)

    def _problem(self, name: str, value) -> ErrorDetail | None:
        one = self.fields.get(name)
        if one is None:
            known = ", ".join(key for key, each in self.fields.items() if not each.read_only)
            message = _("There is no key “%(name)s”. These are known: %(known)s.")
            return ErrorDetail(message % {"name": name[:80], "known": known}, "unknown")
        if one.read_only and not self.is_current(name, value):
            return ErrorDetail(
                str(_("This cannot be set. Leave it out, or send it as it was read.")), "read_only"
            )
        return None if one.read_only or value is None else _type_problem(one, value)

    def is_current(self, name: str, value) -> bool:
        """Whether a record that is changed has this value of a read-only key."""
        return False


def _type_problem(one: serializers.Field, value) -> ErrorDetail | None:
    for kind, types, label in JSON_TYPES:
        if isinstance(one, kind):
            is_right = type(value) in types
            return (
                None if is_right else ErrorDetail(_("This has to be %(kind)s.") % {"kind": label}, "invalid")
            )
    return None


class AddressKey(serializers.SlugField):
    """A slug. The model checks its characters: DRF's own check knows no marks of other scripts."""

    def __init__(self, **options):
        super().__init__(**options)
        self.validators = [one for one in self.validators if not isinstance(one, RegexValidator)]


class StrictSerializer(StrictTypes, serializers.ModelSerializer):
    """A model's keys, each of which accepts its own JSON type only."""

    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | {
        AddressField: AddressKey
    }


class RecordSerializer(StrictSerializer):
    """Base of record serializers. Meta has `model`, `fields`, and

    - `expandable`: key of a reference -> (serializer, where the loaded row has it),
    - `private`: keys that only users who may change the row see,
    - `related`: keys that are written after the row, by `write_<key>(row, value)`, which returns whether it differed,
    - `keeps`: keys that PUT leaves as they are when it does not name them.
    """

    class Meta:
        expandable: dict = {}
        private: tuple = ()
        related: tuple = ()
        keeps: tuple = ("slug",)

    # reading
    @classmethod
    def nested(cls, name: str) -> type["RecordSerializer"]:
        return cls.Meta.expandable[name][0]

    @classmethod
    def load(cls, rows: QuerySet, shape: Shape, user) -> QuerySet:
        """`rows` with all that `shape` shows."""
        if cls.Meta.private and is_organiser(user):
            rows = rows.annotate(is_editable=is_editable_by(cls.Meta.model, user))
        return rows

    @classmethod
    @cache
    def _fields(cls) -> dict[str, serializers.Field]:
        return dict(cls(context={}).fields)

    @classmethod
    def readers(cls, shape: Shape, context: dict, *, top: bool = True) -> list[tuple[str, Reader]]:
        """The keys of `shape`, each with the function that reads it from a loaded row."""
        found = []
        private = cls.Meta.private
        shows_private = top and private and is_organiser(context["user"])
        for name, one in cls._fields().items():
            if one.write_only or not shape.wants(name) or (name in private and not shows_private):
                continue
            if name in shape.expanded:
                read = cls._expanded(name, shape.expanded[name], context)
            else:
                read = one.reader(context) if hasattr(one, "reader") else _attribute_reader(str(one.source))
            found.append((name, _private_reader(read) if name in private else read))
        return found

    @classmethod
    def _expanded(cls, name: str, shape: Shape, context: dict) -> Reader:
        nested, path = cls.Meta.expandable[name]
        readers = nested.readers(shape, context, top=False)
        extra = getattr(cls, f"extend_{name}", None)
        reach = attrgetter(path)

        def read(row):
            value = reach(row)
            if callable(getattr(value, "all", None)):
                value = value.all()
            if value is None or isinstance(value, Model):
                return None if value is None else {key: get(value) for key, get in readers}
            if extra:
                return [extra(one, readers) for one in value]
            return [{key: get(one) for key, get in readers} for one in value]

        return read

    def to_representation(self, instance):
        if not hasattr(self, "_readers"):
            self._readers = self.readers(self.context.get("shape") or Shape(), dict(self.context))
        return {name: read(instance) for name, read in self._readers}

    # writing
    def is_current(self, name: str, value) -> bool:
        if name == "guid":
            return str(value) == str(self.instance.guid if self.instance else self.context.get("guid"))
        if self.instance is None:
            return False
        known, key = cast(dict, self.context).setdefault("current_records", {}), self.instance.pk
        if key not in known:
            known[key] = self.context["view"].read_as_json([key])[0]
        return known[key].get(name) == value

    def build_standard_field(self, field_name, model_field):
        """Without DRF's check of uniqueness: the model does it, with its own message."""
        cls, options = super().build_standard_field(field_name, model_field)
        options["validators"] = [
            one for one in options.get("validators", []) if not isinstance(one, UniqueValidator)
        ] or None
        if options["validators"] is None:
            del options["validators"]
        return cls, options

    def get_validators(self):
        return []

    def get_uniqueness_extra_kwargs(self, field_names, declared_fields, extra_kwargs):
        return extra_kwargs, {}

    @transaction.atomic
    def create(self, validated_data):
        row = self.Meta.model()
        if guid := self.context.get("guid"):
            row.guid = guid
        if validated_data.get("slug", "") != self.context.get("slug", validated_data.get("slug", "")):
            raise ValidationError({"slug": _("It is not the one in the address.")})
        self.before_create(row)
        return self.write(row, validated_data)

    @transaction.atomic
    def update(self, instance, validated_data):
        if not self.partial:
            validated_data = self.defaults() | validated_data
        return self.write(instance, validated_data)

    def defaults(self) -> dict:
        """The values of keys that PUT does not name."""
        found: dict = {}
        for name, one in self.fields.items():
            if one.read_only or one.required or name in self.Meta.keeps:
                continue
            if name in self.Meta.related:
                found[name] = [] if not isinstance(one, serializers.DictField) else {}
            else:
                found[one.source] = self.Meta.model._meta.get_field(one.source).get_default()
        return found

    def before_create(self, row: Model) -> None:
        """Set columns of a new row that the client does not send."""

    def after_create(self, row: Model) -> None:
        """Create what belongs to a new row, before it is checked that the user may change it."""

    def write(self, row: Model, values: dict) -> Model:
        """Set the values, run the model's validation, save what differs: without a difference nothing is written.

        Raises ValidationError and PermissionDenied.
        """
        is_new, before = row._state.adding, column_values(row)
        related = self.assign(row, values)
        if isinstance(row, Record):
            row.confirmed_slug = self.context["request"].headers.get(CONFIRM_ADDRESS, "")
        clean(row, self.names)
        is_saved = is_new or column_values(row) != before
        if is_saved:
            row.save()
        if is_new:
            self.after_create(row)
        if related and self.write_related(row, related) and not is_saved:
            row.save()  # rows that belong to a record change its `updated_at` and history, too
        require_can_edit(self.context["request"].user, [row])
        return row

    def prefetch_references(self, many: list[dict]) -> None:
        """Find what many records refer to in one query for each key, before they are validated."""
        for name, one in self.fields.items():
            if hasattr(one, "prefetch_references"):
                one.prefetch_references([data[name] for data in many if name in data])

    @property
    def names(self) -> dict[str, str]:
        """The API's key of each column."""
        return {str(one.source): name for name, one in self.fields.items()}

    def assign(self, row: Model, values: dict) -> dict:
        """Set the row's own values; returns the related ones, which are written after the row."""
        for name, value in values.items():
            if name not in self.Meta.related:
                setattr(row, name, value)
        return {name: values[name] for name in self.Meta.related if name in values}

    def write_related(self, row: Model, related: dict) -> bool:
        """Write the rows that belong to a stored row; whether any differed. Raises ValidationError."""
        differed = [getattr(self, f"write_{name}")(row, value) for name, value in related.items()]
        return any(differed)


def column_values(row: Model) -> dict[str, object]:
    """The values of the loaded columns: compare before and after a change, to save only what differs."""
    loaded = row.__dict__
    return {one.attname: loaded[one.attname] for one in row._meta.concrete_fields if one.attname in loaded}


def require_can_edit(user, rows: Sequence[Model]) -> None:
    """Raises PermissionDenied unless `user` may change every row, as it now is."""
    keys = {row.pk for row in rows}
    all_rows: Any = type(rows[0])._default_manager if rows else None
    if rows and all_rows.editable_by(user).filter(pk__in=keys).count() < len(keys):
        raise PermissionDenied(_("You may not change this."))


def clean(row: Model, names: dict[str, str] | None = None) -> None:
    """Run `full_clean` and the constraints, also of columns that no form has. Raises the API's ValidationError.

    `names` are the API's keys by column.
    """
    uneditable = {one.name for one in row._meta.fields if not one.editable}
    try:
        row.full_clean(exclude=uneditable, validate_constraints=False)
        row.validate_constraints()
    except ModelError as error:
        raise as_api_error(error, names or {}) from error


def _attribute_reader(source: str) -> Reader:
    return lambda row: getattr(row, source)


def _private_reader(read: Reader) -> Reader:
    return lambda row: read(row) if row.is_editable else None


def replace_rows(manager, values: list[dict], **fixed) -> bool:
    """Replace the rows of a reverse relation by `values`, in that order; whether they differed.

    Raises the API's ValidationError.
    """
    names = [manager.model._meta.get_field(name).attname for name in (values[0] if values else ())]
    rows = [manager.model(position=index, **fixed, **value) for index, value in enumerate(values)]
    wanted = [tuple(getattr(row, name) for name in names) for row in rows]
    if wanted == list(manager.order_by("position", "pk").values_list(*names)) or not (
        rows or manager.exists()
    ):
        return False
    manager.all().delete()
    for row in rows:
        clean_part(row)
    manager.bulk_create(rows)
    return True


def clean_part(row: Model) -> None:
    """Run `full_clean` of a row whose relations are known to exist, without a query: no other is like it.

    Raises the API's ValidationError.
    """
    relations = {one.name for one in row._meta.fields if one.is_relation}
    constraints = [one for one in row._meta.constraints if not isinstance(one, UniqueConstraint)]
    try:
        row.full_clean(exclude=relations, validate_unique=False, validate_constraints=False)
        for constraint in constraints:
            constraint.validate(type(row), row, exclude=relations)
    except ModelError as error:
        raise as_api_error(error, {}) from error
