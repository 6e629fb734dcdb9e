"""Statements of SQL without their literals, and with all of their names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.secrecy import HIDDEN, hide_statement


@pytest.mark.parametrize(
    "statement",
    [
        'SELECT COUNT(*) AS "__count" FROM "auth_user"',
        'SELECT "user"."id", "user"."password" FROM "user" WHERE "user"."id" = %s',
        'SELECT "django_session"."session_key" FROM "django_session" LIMIT 21',
        'SELECT "a"."key" FROM "a" INNER JOIN "b" ON ("a"."key" = "b"."key" AND "a"."n" > "b"."n")',
        'INSERT INTO "auth_user" ("password", "name") VALUES (%s, %s) RETURNING "auth_user"."id"',
        'INSERT INTO "a" ("key") VALUES ($1) ON CONFLICT ("key") DO UPDATE SET "n" = EXCLUDED."n"',
        'UPDATE "auth_user" SET "password" = %(password)s WHERE "auth_user"."id" IN (%s, %s)',
        'SELECT "a"."token" FROM "a" WHERE "a"."id" IN (SELECT "b"."id" FROM "b")',
        'DELETE FROM "tokens" WHERE "tokens"."name" LIKE ?',
        "SELECT `auth_user`.`password` FROM `auth_user` WHERE `auth_user`.`id` = %s",
        'SELECT "house"."my table"."key" FROM "house"."my table"',
    ],
)
def test_names_and_placeholders_stay(statement):
    assert hide_statement(statement) == statement


@pytest.mark.parametrize(
    ("statement", "hidden"),
    [
        (
            'SELECT "auth_user"."id", \'x"y\' FROM "auth_user" WHERE "token" = \'hunter2\'',
            f'SELECT "auth_user"."id", {HIDDEN} FROM "auth_user" WHERE "token" = {HIDDEN}',
        ),
        ('UPDATE users SET password = "hunter2"', f"UPDATE users SET password = {HIDDEN}"),
        ('SELECT "key" FROM a WHERE pin=4711', f'SELECT "key" FROM a WHERE pin={HIDDEN}'),
        ('SELECT a FROM b WHERE key IN ("c")', f"SELECT a FROM b WHERE key IN ({HIDDEN})"),
        ("SELECT a FROM b WHERE key IN (7)", f"SELECT a FROM b WHERE key IN ({HIDDEN})"),
        ('SELECT a FROM b WHERE key LIKE "c"', f"SELECT a FROM b WHERE key LIKE {HIDDEN}"),
        (
            "INSERT INTO keys (key) VALUES ('a', \"b\", E'c') RETURNING \"key\"",
            f'INSERT INTO keys (key) VALUES ({HIDDEN}, {HIDDEN}, E{HIDDEN}) RETURNING "key"',
        ),
        (
            "SELECT 'no values here', key FROM a WHERE b = 'c'",
            f"SELECT {HIDDEN}, key FROM a WHERE b = {HIDDEN}",
        ),
        ("SELECT key FROM a WHERE b = 'cut", f"SELECT key FROM a WHERE b = {HIDDEN}"),
        ('SELECT key, "cut off', f"SELECT key, {HIDDEN}"),
    ],
)  # fmt: skip
def test_literals_are_hidden(statement, hidden):
    assert hide_statement(statement) == hidden


def test_without_a_secret_s_name_literals_stay():
    statement = 'SELECT \'a\', "b" FROM "rooms" WHERE n = 7'
    assert hide_statement(statement) == statement


names = st.sampled_from(["id", "password", "token", "name", "n"]).map('"{}"'.format)
columns = st.lists(names, min_size=1, max_size=4).map(lambda found: ", ".join(['"key"', *found]))
texts = st.text("s3cret'\"values returning (), =", max_size=20).map(lambda text: f"s3cret{text}")


@given(columns, st.lists(texts, min_size=1, max_size=4))
def test_no_literal_is_shown_whatever_stands_in_it(listed, values):
    literals = [f"""'{value.replace("'", "''")}'""" for value in values]
    conditions = " AND ".join(f'"a"."name" = {literal}' for literal in literals)
    assert "s3cret" not in hide_statement(f'SELECT {listed} FROM "a" WHERE {conditions}')
    rows = ", ".join(f"({literal})" for literal in literals)
    assert "s3cret" not in hide_statement(f"INSERT INTO a ({listed}) VALUES {rows} RETURNING key")
