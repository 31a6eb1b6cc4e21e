"""Full-text search by generated columns: `search_vector(…)` on a model, `search(text)` on its QuerySet."""

from typing import Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchQuery, SearchQueryField, SearchRank, SearchVectorField
from django.db.models import (
    BooleanField,
    Case,
    F,
    FloatField,
    Func,
    GeneratedField,
    Index,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Length, Lower
from django.db.models.lookups import Exact, StartsWith

RANKED = 500  # rows that are ranked; ranking more takes too long


def as_value(text: str | Value) -> Value:
    """A text as an expression; the place of one in a compiled query is one already."""
    return text if isinstance(text, Value) else Value(text)


def fold(expression) -> Func:
    """Lower case, without accents and punctuation, by a function in the database; a string names a field.

    A plain `Func`, as everything that indexes and generated columns use: migrations can name it without our code.
    """
    return Func(expression, function="public.roadshow_fold", output_field=TextField())


class Terms(SearchQuery):
    """What somebody typed, as a tsquery: words as prefixes (short ones only at the end), runs of Chinese as phrases.

    `weight` ("A" is the title's) limits it to fields of that weight; `exact` takes all words whole.
    """

    function = "public.roadshow_query"
    invert = False

    def __init__(self, text: str | Value, *, weight: str = "", exact: bool = False):
        Func.__init__(self, as_value(text), Value(weight), Value(exact), output_field=SearchQueryField())


class _Matches(Func):
    """Whether a tsvector matches a tsquery."""

    template = "(%(expressions)s)"
    arg_joiner = " @@ "
    output_field = BooleanField()


def _weighted(name: str, weight: str) -> Func:
    return Func(
        fold(F(name)),
        template="setweight(to_tsvector('pg_catalog.simple'::regconfig, %(expressions)s), '%(weight)s')",
        weight=weight,
        output_field=SearchVectorField(),
    )


def search_vector(**fields: str) -> GeneratedField:
    """A stored tsvector of text fields, each with its weight: `search_vector(title="A", abstract="C")`."""
    parts = [_weighted(name, weight) for name, weight in fields.items()]
    joined = Func(*parts, template="(%(expressions)s)", arg_joiner=" || ", output_field=SearchVectorField())
    return GeneratedField(
        expression=joined if len(parts) > 1 else parts[0],
        output_field=SearchVectorField(),
        db_persist=True,
        editable=False,
    )


def search_indexes(table: str, title: str = "title") -> list[Index]:
    """One index for words, one for similar words."""
    return [
        GinIndex(F("search"), name=f"{table}_search"),
        GinIndex(OpClass(fold(F(title)), name="gin_trgm_ops"), name=f"{table}_similar"),
    ]


class SearchQuerySet(QuerySet):
    """Adds `search(text)`. `search_title` names the field in which a similar word counts."""

    search_title = "title"

    def with_words(self, text: str | Value) -> Self:
        """Rows that contain every word of `text`."""
        return self.filter(search=Terms(text))

    def with_similar_words(self, text: str | Value) -> list[QuerySet]:
        """Rows that contain words similar to `text`, as one QuerySet for each index that finds some of them.

        A condition that joins indexes with OR would use none of them. Models add what else of theirs counts.
        """
        return [self._folded().filter(folded_title__trigram_word_similar=fold(as_value(text)))]

    def _in_title(self, text: str | Value) -> list[QuerySet]:
        """Rows with the words in their title: whole, then as prefixes."""
        return [self.filter(search=Terms(text, weight="A", exact=exact)) for exact in (True, False)]

    def _folded(self):
        return self.alias(folded_title=fold(F(self.search_title)))

    def _bare(self):
        return self.select_related(None).prefetch_related(None).order_by()

    def search(self, text: str) -> Self:
        """Rows that contain every word of `text` (as a prefix, accents folded), best first; if none, similar ones.

        More than RANKED rows come in their own order, not ranked. Takes one query, a second one for similar rows.
        """
        text = text.replace("\0", " ").strip()
        if not text:
            return self
        rows = self._bare()
        exact = rows._first([rows.with_words(text)], RANKED + 1)
        if len(exact) > RANKED:
            return self.with_words(text)
        return self.rank_keys(exact or rows._first(rows.with_similar_words(text), RANKED + 1), text)

    def keys_of_best(self, text: str | Value, limit: int, *, similar: bool = False) -> QuerySet:
        """The keys of rows for `text`, of about `limit`, titles first; `similar` takes rows with similar words."""
        rows = self._bare()
        parts = rows.with_similar_words(text) if similar else [*rows._in_title(text), rows.with_words(text)]
        return self._unite(parts, limit)

    def keys_for(self, text: str) -> list[int]:
        """The keys of all rows with every word of `text`; where none has, of those with similar words."""
        rows = self._bare()
        return rows._first([rows.with_words(text)], None) or rows._first(rows.with_similar_words(text), None)

    def rank_keys(self, keys: list[int], text: str) -> Self:
        """The rows with these keys, the best for `text` first."""
        return self.filter(pk__in=keys).best_first(text)

    def _first(self, parts: list[QuerySet], limit: int | None) -> list[int]:
        return list(self._unite(parts, limit))

    @staticmethod
    def _unite(parts: list[QuerySet], limit: int | None) -> QuerySet:
        limited = [part.values_list("pk", flat=True)[:limit] for part in parts]
        return limited[0].union(*limited[1:])

    def best_first(self, text: str | Value) -> Self:
        """Order rows by `rank`, then by short titles.

        The rank is that of PostgreSQL (below 1), plus what puts names before texts and whole words before prefixes.
        """
        name = Lower(self.search_title)
        typed = Lower(as_value(text))
        rank = (
            Cast(Coalesce(SearchRank(F("search"), Terms(text)), Value(0.0)), FloatField())  # exact in cursors
            + _points(16, Exact(name, typed))
            + _points(8, _Matches(F("search"), Terms(text, weight="A", exact=True)))
            + _points(4, _Matches(F("search"), Terms(text, exact=True)))
            + _points(2, StartsWith(name, typed))
        )
        return self.annotate(rank=rank).order_by("-rank", Length(self.search_title), "pk")


def _points(number: float, condition) -> Case:
    """A number where the condition is true, otherwise 0."""
    return Case(When(condition, then=Value(float(number))), default=Value(0.0), output_field=FloatField())
