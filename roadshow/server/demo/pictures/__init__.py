"""The demo's pictures, drawn by program: the same ones every time, and no binary in the repository."""

from io import BytesIO

from .art import art
from .learning import autograph, training
from .machines import chip, distributed
from .pipeline import pipeline
from .stage import hall, opening

SCENES = {
    scene.__name__: scene for scene in (hall, opening, training, autograph, distributed, pipeline, chip, art)
}


def draw(name: str) -> bytes:
    """The scene of that name as PNG, 1600 × 900 pixels. Raises KeyError when there is none."""
    data = BytesIO()
    SCENES[name]().finish().save(data, "PNG", compress_level=1)
    return data.getvalue()
