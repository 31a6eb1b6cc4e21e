"""What every record looks like in JSON, and how JSON becomes a record.

Reading is a list of small functions, compiled once for each request: key -> value of a loaded row.
Each serializer says in `load` what its rows need, so a page costs the same few queries however long it is.
Writing is the framework's, with one difference: `full_clean` and the constraints of the model decide, so API,
admin and imports refuse the same things with the same sentences.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from operator import attrgetter
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError as ModelError
from django.db import transaction
from django.db.models import F, Func, JSONField, Model, Q, QuerySet
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.validators import UniqueValidator

from .access import is_organiser
from .errors import as_api_error

Reader = Callable[[Model], object]


# --- what of a record is asked for ---------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Shape:
    """Which keys, and which references as whole records. `fields` None means all."""

    fields: frozenset[str] | None = None
    expanded: dict[str, "Shape"] = field(default_factory=dict)

    @classmethod
    def parse(
        cls,
        serializer: type["RecordSerializer"],
        fields: Iterable[str],
        expand: Iterable[str],
        depth: int = 2,
    ) -> "Shape":
        """The shape that `?fields=` and `?expand=` ask for. Raises ValidationError on what does not exist."""
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


# --- pieces of queries ---------------------------------------------------------------------------
def keys(rows: QuerySet, column: str) -> ArraySubquery:
    """The values of `column` of related rows, in their order, as one column."""
    return ArraySubquery(rows.values_list(column))


def objects(rows: QuerySet, **columns: str) -> Func:
    """Related rows as one column: a list of dictionaries."""
    pairs = ArraySubquery(rows.values(pair=JSONObject(**columns)))
    return Func(pairs, function="to_jsonb", output_field=JSONField())


def local_time(text: str, zone: ZoneInfo) -> datetime:
    """A time as the database writes it into JSON, in a zone."""
    return datetime.fromisoformat(text).astimezone(zone)


def may_edit(model: type[Model], user) -> Q:
    """A condition, for an annotation: that `user` may change the row."""
    return Q(pk__in=model._default_manager.editable_by(user).order_by().values("pk"))


# --- fields --------------------------------------------------------------------------------------
@cache
def _pattern(name: str, count: int) -> str:
    """A page's path with a pair of braces for each argument; in the language that has no prefix."""
    holes = [f"hole-{number}-" for number in range(count)]
    with translation.override(settings.LANGUAGE_CODE):
        path = reverse(name, args=holes)
    for hole in holes:
        path = path.replace(hole, "{}")
    return path


class PageUrl(serializers.Field):
    """The absolute address of a record's page: `PageUrl("events:talk", "event_key", "slug")`.

    `tail` is what follows the path, with `{}` where further columns go.
    """

    openapi = {"type": "string", "format": "uri"}

    def __init__(self, name: str, *columns: str, tail: str = "", **options):
        self.name, self.columns, self.tail = name, columns, tail
        options |= {"read_only": True, "source": "*", "help_text": _("Address of its page.")}
        super().__init__(**options)

    def reader(self, context) -> Reader:
        site = context["site"] + _pattern(self.name, len(self.columns) - self.tail.count("{}")) + self.tail
        columns = self.columns
        if len(columns) == 1:
            only = columns[0]
            return lambda row: site.format(quote(str(getattr(row, only))))
        return lambda row: site.format(*[quote(str(getattr(row, column))) for column in columns])


class PictureUrl(serializers.Field):
    """The absolute address of a picture, or null."""

    openapi = {"type": ["string", "null"], "format": "uri"}

    def __init__(self, **options):
        super().__init__(read_only=True, **options)

    def reader(self, context) -> Reader:
        site, source = context["site"], self.source

        def read(row):
            picture = getattr(row, source)
            return site + picture.url if picture else None

        return read


class Column(serializers.Field):
    """A value that `load` puts on the row under another name. `openapi` is its schema."""

    def __init__(self, column: str, openapi: dict | None = None, **options):
        self.column, self.openapi = column, openapi or {"type": "string"}
        super().__init__(read_only=True, **options)

    def reader(self, context) -> Reader:
        column = self.column
        return lambda row: getattr(row, column)


class Reference(serializers.SlugRelatedField):
    """Another record by its slug or GUID; only what the writer can see can be referred to.

    Read from the annotation `<name>_key`, which `load` adds.
    """

    default_error_messages = {
        "does_not_exist": _("There is no “{value}”."),
        "invalid": _("Give a slug or GUID."),
    }

    def __init__(self, manager, slug_field: str = "slug", **options):
        self.manager = manager
        super().__init__(slug_field=slug_field, queryset=manager.none(), **options)

    def get_queryset(self):
        return self.manager.visible_to(self.context["request"].user)

    def to_internal_value(self, data):
        if not isinstance(data, str) or "\0" in data:
            self.fail("invalid")
        known = self.context.get("references", {})  # many records in one request refer to the same few
        if (self.field_name, data) not in known:
            try:
                known[self.field_name, data] = super().to_internal_value(data)
            except ModelError:
                self.fail("invalid")
        return known[self.field_name, data]

    def reader(self, context) -> Reader:
        column = f"{self.field_name}_key"
        return lambda row: getattr(row, column)


class References(serializers.ListField):
    """Several other records by slug or GUID, found in one query. Read from the annotation `<name>_keys`."""

    default_error_messages = {"does_not_exist": _("There is no “{value}”.")}

    def __init__(self, manager, slug_field: str = "slug", **options):
        self.manager, self.slug_field = manager, slug_field
        child = serializers.UUIDField() if slug_field == "guid" else serializers.CharField(max_length=80)
        options.setdefault("max_length", 500)
        super().__init__(child=child, **options)

    def to_internal_value(self, data) -> list[Model]:
        wanted = list(dict.fromkeys(super().to_internal_value(data)))
        known = self.context.get("references", {})
        unknown = [value for value in wanted if (self.field_name, value) not in known]
        if unknown:
            rows = self.manager.visible_to(self.context["request"].user)
            for row in rows.filter(**{f"{self.slug_field}__in": unknown}):
                known[self.field_name, getattr(row, self.slug_field)] = row
        for value in wanted:
            if (self.field_name, value) not in known:
                self.fail("does_not_exist", value=value)
        return [known[self.field_name, value] for value in wanted]

    def reader(self, context) -> Reader:
        column = f"{self.field_name}_keys"
        return lambda row: getattr(row, column)


class Rows(serializers.Field):
    """Rows that belong to the record, read from the annotation `<name>_list`. `openapi`: a row's keys."""

    def __init__(self, openapi: dict | None = None, **options):
        self.openapi = {"type": "array", "items": {"type": "object", "properties": openapi or {}}}
        super().__init__(read_only=True, **options)

    def reader(self, context) -> Reader:
        column = f"{self.field_name}_list"
        return lambda row: getattr(row, column)


class Links(serializers.ListSerializer):
    """Links in order, written with the record they belong to. Read from the annotation `<name>_list`."""

    def reader(self, context) -> Reader:
        column = f"{self.field_name}_list"
        return lambda row: getattr(row, column)


JSON_TYPES = {str: _("text"), int: _("a whole number"), bool: _("true or false")}


def strict(field: type[serializers.Field], kind: type) -> type[serializers.Field]:
    """A field that takes JSON's own type and nothing that merely looks like it: 1 is no text, "1" no number."""

    class Strict(field):
        def run_validation(self, data=serializers.empty):
            if data is not serializers.empty and data is not None and type(data) is not kind:
                raise ValidationError(_("This has to be %(kind)s.") % {"kind": JSON_TYPES[kind]}, "invalid")
            return super().run_validation(data)

    Strict.__name__ = field.__name__
    return Strict


STRICT = {
    one: strict(one, str)
    for one in (
        serializers.CharField,
        serializers.EmailField,
        serializers.SlugField,
        serializers.URLField,
        serializers.ChoiceField,
        serializers.DateField,
        serializers.DateTimeField,
        serializers.TimeField,
    )
} | {
    serializers.IntegerField: strict(serializers.IntegerField, int),
    serializers.BooleanField: strict(serializers.BooleanField, bool),
}


class StrictSerializer(serializers.ModelSerializer):
    """A model's keys, each of which takes its own JSON type only."""

    serializer_field_mapping = {
        column: STRICT.get(one, one)
        for column, one in serializers.ModelSerializer.serializer_field_mapping.items()
    }
    serializer_choice_field = STRICT[serializers.ChoiceField]


# --- the base ------------------------------------------------------------------------------------
class RecordSerializer(StrictSerializer):
    """A record. Meta says `model`, `fields`, and

    - `expandable`: key of a reference -> (serializer, where the loaded row has it),
    - `private`: keys that only those who may change the row see,
    - `related`: keys that are written after the row itself, by `write_<key>(row, value)`,
    - `keeps`: keys that stay as they are when a record is replaced without them.
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
            rows = rows.alias(editable=may_edit(cls.Meta.model, user)).annotate(is_editable=F("editable"))
        return rows

    @classmethod
    @cache
    def _fields(cls) -> dict[str, serializers.Field]:
        return dict(cls(context={}).fields)

    @classmethod
    def readers(cls, shape: Shape, context: dict, *, top: bool = True) -> list[tuple[str, Reader]]:
        """The keys that `shape` asks for, each with how to read it from a row that `load` has loaded."""
        found = []
        private = cls.Meta.private
        shows_private = top and private and is_organiser(context["user"])
        for name, one in cls._fields().items():
            if one.write_only or not shape.wants(name) or (name in private and not shows_private):
                continue
            if name in shape.expanded:
                read = cls._expanded(name, shape.expanded[name], context)
            else:
                read = one.reader(context) if hasattr(one, "reader") else _attribute(one.source)
            found.append((name, _if_editable(read) if name in private else read))
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
            self._readers = self.readers(self.context.get("shape") or Shape(), self.context)
        return {name: read(instance) for name, read in self._readers}

    # writing
    def build_standard_field(self, field_name, model_field):
        """The model checks uniqueness itself, with its own sentences."""
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
        """What a record has where a client that replaces it says nothing."""
        found = {}
        for name, one in self.fields.items():
            if one.read_only or one.required or name in self.Meta.keeps:
                continue
            if name in self.Meta.related:
                found[name] = [] if not isinstance(one, serializers.DictField) else {}
            else:
                found[one.source] = self.Meta.model._meta.get_field(one.source).get_default()
        return found

    def before_create(self, row: Model) -> None:
        """What a new row needs that the client does not say."""

    def after_create(self, row: Model) -> None:
        """What has to exist beside a new row, before it is known whether the writer may have it."""

    def write(self, row: Model, values: dict) -> Model:
        """Sets the values, lets the model judge, saves. Raises ValidationError and PermissionDenied."""
        related = {name: values.pop(name) for name in self.Meta.related if name in values}
        is_new = row._state.adding
        for name, value in values.items():
            setattr(row, name, value)
        clean(row, {one.source: name for name, one in self.fields.items()})
        row.save()
        if is_new:
            self.after_create(row)
        for name, value in related.items():
            getattr(self, f"write_{name}")(row, value)
        if not self.context.get("checks_later"):
            require_editable(self.context["request"].user, [row])
        return row


def require_editable(user, rows: list[Model]) -> None:
    """Raises PermissionDenied unless `user` may change every row, as it now is."""
    keys = {row.pk for row in rows}
    if rows and type(rows[0])._default_manager.editable_by(user).filter(pk__in=keys).count() < len(keys):
        raise PermissionDenied(_("You may not change this."))


def clean(row: Model, names: dict[str, str] | None = None) -> None:
    """Full validation of a row, of what nobody types in too. Raises the API's ValidationError.

    `names` says how the API calls a column.
    """
    typed = {one.name for one in row._meta.fields if not one.editable}
    try:
        row.full_clean(exclude=typed, validate_constraints=False)
        row.validate_constraints()
    except ModelError as error:
        raise as_api_error(error, names or {}) from error


def _attribute(source: str) -> Reader:
    return lambda row: getattr(row, source)


def _if_editable(read: Reader) -> Reader:
    return lambda row: read(row) if row.is_editable else None


def replace_rows(manager, values: list[dict], **fixed) -> None:
    """Makes the rows of a reverse relation be `values`, in that order. Raises the API's ValidationError."""
    manager.all().delete()
    rows = [manager.model(position=index, **fixed, **value) for index, value in enumerate(values)]
    for row in rows:
        clean(row)
    manager.bulk_create(rows)
