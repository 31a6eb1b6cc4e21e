"""Full-text search by generated columns: `search_vector(…)` on a model, `search(text)` on its QuerySet."""

from functools import reduce
from operator import and_

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchQuery, SearchQueryField, SearchRank, SearchVectorField
from django.db.models import Exists, F, Func, GeneratedField, QuerySet, TextField, Value
from django.db.models.functions import Coalesce, Length


class Fold(Func):
    """Lower case, without accents and punctuation; see the function in the database."""

    function = "public.roadshow_fold"
    arity = 1
    output_field = TextField()


class Terms(SearchQuery):
    """What somebody typed, as a tsquery: every word as a prefix, runs of Chinese as phrases."""

    function = "public.roadshow_query"
    invert = False

    def __init__(self, text: str):
        Func.__init__(self, Value(text), output_field=SearchQueryField())


class _Weighted(Func):
    template = "setweight(to_tsvector('pg_catalog.simple'::regconfig, %(expressions)s), '%(weight)s')"
    output_field = SearchVectorField()


class _Joined(Func):
    arg_joiner = " || "
    template = "(%(expressions)s)"
    output_field = SearchVectorField()


def search_vector(**fields: str) -> GeneratedField:
    """A stored tsvector of text fields, each with its weight: `search_vector(title="A", abstract="C")`."""
    parts = [_Weighted(Fold(F(name)), weight=weight) for name, weight in fields.items()]
    return GeneratedField(
        expression=_Joined(*parts) if len(parts) > 1 else parts[0],
        output_field=SearchVectorField(),
        db_persist=True,
        editable=False,
    )


def search_indexes(table: str, title: str = "title") -> list[GinIndex]:
    """One index for words, one for words that are nearly right."""
    return [
        GinIndex(F("search"), name=f"{table}_search"),
        GinIndex(OpClass(Fold(F(title)), name="gin_trgm_ops"), name=f"{table}_similar"),
    ]


class SearchQuerySet(QuerySet):
    """Adds `search(text)`. `search_title` names the field in which a nearly right word counts."""

    search_title = "title"

    def with_words(self, text: str) -> list[QuerySet]:
        """Rows that contain every word of `text`, as one QuerySet for each index that finds some of them.

        Models add what else of theirs counts. A list, because a condition that joins indexes with OR uses none.
        """
        return [self.filter(search=Terms(text))]

    def nearly(self, text: str) -> list[QuerySet]:
        """Rows that contain something like `text`, in the same form."""
        folded = self.alias(folded_title=Fold(F(self.search_title)))
        return [folded.filter(folded_title__trigram_word_similar=Fold(Value(text)))]

    def matching(self, text: str, *, most: int | None = None) -> QuerySet:
        """Primary keys of the rows that `search` finds, at most `most` by each index.

        Nearly right words count only when nothing has the right ones. The database asks that once, and leaves the
        second index alone otherwise.
        """
        rows = self.select_related(None).prefetch_related(None).order_by()
        exact = [part.values("pk") for part in rows.with_words(text)]
        # Each part is asked by itself whether it is empty: that is one look into one index.
        nothing = reduce(and_, (~Exists(part) for part in exact))
        parts = [*exact, *(part.filter(nothing).values("pk") for part in rows.nearly(text))]
        if most:
            parts = [part[:most] for part in parts]
        return parts[0].union(*parts[1:])

    def search(self, text: str, *, most: int | None = None) -> "SearchQuerySet":
        """Rows that contain every word of `text` (as a prefix, accents folded), or else nearly; best first.

        With `most`, only about as many are compared, whichever the database comes across first.
        """
        text = text.replace("\0", " ").strip()
        if not text:
            return self
        return (
            self.filter(pk__in=self.matching(text, most=most))
            .annotate(rank=Coalesce(SearchRank(F("search"), Terms(text)), Value(0.0)))
            .order_by("-rank", Length(self.search_title), "pk")
        )
