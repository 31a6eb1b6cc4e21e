"""Made-up texts: the same number always gives the same words."""

from random import Random

NOUNS = """archive atlas bridge budget cache camera canal catalogue city clock cluster compiler compost
    data forest frame garden graph harbour index kernel ledger lens library map meadow mesh model museum
    network orchard packet parser pipeline printer protocol queue radio recipe registry river robot route
    runtime satellite schema sensor server signal station stream tide tower tram translator tree valley
    vector vineyard weather window workshop""".split()  # noqa: SIM905 - read as words
VERBS = """balancing building charting cleaning comparing debugging designing drawing explaining feeding
    funding growing guarding hosting joining keeping learning lending listening measuring mending migrating
    naming opening packaging planning porting preserving profiling publishing reading repairing replacing
    scaling sharing sorting teaching testing tracing translating trusting tuning watching""".split()  # noqa: SIM905 - read as words
PLAIN = """a about across after all and another before between by every far few for from good hardly how in
    it less little many more most much nearly new nobody of often old on once only open other our over slow
    small so some somebody than that the their then there they this those through to together twice under
    us what when where which while who why with without year""".split()  # noqa: SIM905 - read as words
GIVEN = """Ada Amara Anil Aoife Beatriz Bjørn Chidi Chloé Dario Deepa Elif Emeka Farah Goran Hana Ines Ivo
    Jakub Jomo Kaito Kavya Lena Lucía Mai Marek Mehmet Mirja Nadia Noor Olga Oskar Petra Priya Quentin Rafael
    Renée Saoirse Simón Sofia Tariq Tomás Uma Viktor Wen Xenia Yara Yusuf Zoë""".split()  # noqa: SIM905 - read as words
FAMILY = """Abebe Andersson Banerjee Becker Costa Dvořák Eriksen Fernández García Haddad Horvat Iyer Jansen
    Kim Kowalski Kumar Laurent Li Marino Mbeki Moreau Müller Nakamura Nguyen Novák Nowak Okafor Oliveira
    O'Brien Papadopoulos Petrov Popescu Rao Rossi Sato Schmidt Silva Singh Sørensen Tanaka Tóth Weber Yılmaz
    Zhang""".split()  # noqa: SIM905 - read as words


def person(rng: Random) -> str:
    return f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}"


def title(rng: Random) -> str:
    verb, first, second = rng.choice(VERBS), rng.choice(NOUNS), rng.choice(NOUNS)
    form = rng.randrange(3)
    if form == 0:
        return f"{verb.capitalize()} the {first} for a {second}"
    if form == 1:
        third = f"{rng.choice(PLAIN)} {rng.choice(NOUNS)} {rng.randrange(2, 99)}"
        return f"{verb.capitalize()} {first} and {second}: {third}"
    return f"The {first} and its {second}, {rng.choice(VERBS)} {rng.choice(PLAIN)} {rng.choice(NOUNS)}"


def sentence(rng: Random) -> str:
    words = [rng.choice(rng.choice((PLAIN, PLAIN, NOUNS, VERBS))) for _ in range(rng.randrange(8, 18))]
    return " ".join(words).capitalize() + "."


def paragraphs(rng: Random, count: int) -> str:
    """Markdown, about 350 characters for each paragraph."""
    made = [" ".join(sentence(rng) for _ in range(rng.randrange(3, 6))) for _ in range(count)]
    if count > 1 and rng.random() < 0.3:
        made[-1] += "\n\n" + "\n".join(f"- **{rng.choice(NOUNS)}** {rng.choice(VERBS)}" for _ in range(3))
    return "\n\n".join(made)
