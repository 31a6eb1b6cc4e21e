"""The base of every record's serializer: reading by compiled readers, writing by the model's own rules."""

from functools import cache
from operator import attrgetter

from django.core.exceptions import ValidationError as ModelError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.validators import UniqueValidator

from roadshow.api.errors import as_api_error
from roadshow.core.access import is_organiser

from .fields import Reader
from .queries import may_edit
from .shapes import Shape
from .strict import StrictSerializer


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
            rows = rows.annotate(is_editable=may_edit(cls.Meta.model, user))
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
        related, is_new = self.assign(row, values), row._state.adding
        clean(row, self.names)
        row.save()
        if is_new:
            self.after_create(row)
        self.write_related(row, related)
        require_editable(self.context["request"].user, [row])
        return row

    def foresee(self, many: list[dict]) -> None:
        """Prepares for validating many records, so that what they refer to is asked for once."""
        for name, one in self.fields.items():
            if hasattr(one, "foresee"):
                one.foresee([data[name] for data in many if name in data])

    @property
    def names(self) -> dict[str, str]:
        """How the API calls a column."""
        return {one.source: name for name, one in self.fields.items()}

    def assign(self, row: Model, values: dict) -> dict:
        """Sets the row's own values; returns those that are written after it."""
        for name, value in values.items():
            if name not in self.Meta.related:
                setattr(row, name, value)
        return {name: values[name] for name in self.Meta.related if name in values}

    def write_related(self, row: Model, related: dict) -> None:
        """Writes what hangs on a stored row. Raises ValidationError."""
        for name, value in related.items():
            getattr(self, f"write_{name}")(row, value)


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
