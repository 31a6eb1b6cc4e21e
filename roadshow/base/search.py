"""Full-text search by generated columns: `search_vector(…)` on a model, `search(text)` on its QuerySet."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchQuery, SearchQueryField, SearchRank, SearchVectorField
from django.db.models import F, Func, GeneratedField, Q, QuerySet, TextField, Value
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

    def matching(self, text: str) -> Q:
        """The condition that `search` filters by; models add what else of theirs counts."""
        return Q(search=Terms(text)) | Q(folded_title__trigram_word_similar=Fold(Value(text)))

    def search(self, text: str) -> "SearchQuerySet":
        """Rows that contain every word of `text` (as a prefix, accents folded), or nearly; best first."""
        text = text.replace("\0", " ").strip()
        if not text:
            return self
        rows = self.alias(folded_title=Fold(F(self.search_title)))
        return (
            rows.filter(rows.matching(text))
            .annotate(rank=Coalesce(SearchRank(F("search"), Terms(text)), Value(0.0)))
            .order_by("-rank", Length(self.search_title), "pk")
        )
