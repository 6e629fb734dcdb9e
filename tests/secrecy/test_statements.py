"""Statements of SQL without their literals, and with their names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.secrecy import HIDDEN, hide_statement, hide_text


@pytest.mark.parametrize(
    "statement",
    [
        'SELECT COUNT(*) AS "__count" FROM "auth_user"',
        'SELECT "user"."id", "user"."password" FROM "user" WHERE "user"."id" = %s',
        'SELECT 1 AS "a" FROM "django_session" WHERE "session_key" = ? LIMIT 21 OFFSET 100',
        'SELECT "a"."key" FROM "a" INNER JOIN "b" ON ("a"."key" = "b"."key" AND "a"."n" > "b"."n")',
        'INSERT INTO "user" ("password", "name") VALUES (%s, %s) RETURNING "user"."id", "name"',
        'INSERT INTO "a" ("key") VALUES ($1) ON CONFLICT ("key") DO UPDATE SET "n" = EXCLUDED."n"',
        'INSERT INTO "a" ("key", "n") VALUES (:1, ?2)',
        'UPDATE "user" SET "password" = %(password)s WHERE "user"."id" IN (%s, %s)',
        'SELECT "a"."token" FROM "a" WHERE "a"."id" IN (SELECT "b"."id" FROM "b")',
        'DELETE FROM "tokens" WHERE "tokens"."name" LIKE ?',
        "SELECT `auth_user`.`password` FROM `auth_user` WHERE `auth_user`.`id` = %s",
        "SELECT `it's`, `key` FROM `auth_user`",
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
        ('UPDATE "u" SET "key" = "hunter2"', f'UPDATE "u" SET "key" = {HIDDEN}'),
        ("SELECT key FROM a WHERE pin=4711", f"SELECT key FROM a WHERE pin={HIDDEN}"),
        ('SELECT a FROM b WHERE key IN ("c")', f"SELECT a FROM b WHERE key IN ({HIDDEN})"),
        ("SELECT a FROM b WHERE key IN (7)", f"SELECT a FROM b WHERE key IN ({HIDDEN})"),
        (
            "INSERT INTO keys (key) VALUES ('a', \"b\", E'c') RETURNING key",
            f"INSERT INTO keys (key) VALUES ({HIDDEN}, {HIDDEN}, E{HIDDEN}) RETURNING key",
        ),
        (
            "SELECT 'no values here', key FROM a WHERE b = 'c'",
            f"SELECT {HIDDEN}, key FROM a WHERE b = {HIDDEN}",
        ),
        ("SELECT key FROM a WHERE b = 'cut", f"SELECT key FROM a WHERE b = {HIDDEN}"),
        ('SELECT key, "cut off', f"SELECT key, {HIDDEN}"),
        ('SELECT "a"."key", "cut off', f'SELECT "a"."key", {HIDDEN}'),
    ],
)  # fmt: skip
def test_literals_are_hidden(statement, hidden):
    assert hide_statement(statement) == hidden


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT key FROM a WHERE p = 'C:\\' AND b = 'hunter2'",
        'SELECT key FROM a WHERE p = "C:\\" AND b = "hunter2"',
        "SELECT key /* don't */ FROM a WHERE b = 'hunter2'",
        "SELECT key FROM a -- don't\n WHERE b = 'hunter2'",
        "SELECT key FROM a # don't\n WHERE b = 'hunter2'",
        "SELECT key FROM a WHERE b #>> 'hunter2'",
        "SELECT `it's`, key FROM a WHERE b = 'hunter2'",
        "SELECT key FROM a WHERE x = q'[it's]' AND b = 'hunter2'",
        "SELECT key FROM a WHERE b = $x$hunter2$x$",
        "ALTER ROLE bob PASSWORD $x$it's hunter2$x$",
        "UPDATE users\n             SET password = 'hunter2'",
        "UPDATE users AS u SET password = 'hunter2'",
        "UPDATE ONLY users SET password = 'hunter2'",
        "INSERT OR IGNORE INTO users (password) VALUES ('hunter2')",
        "INSERT IGNORE INTO users (password) VALUES ('hunter2')",
        "WITH v (id, password) AS (VALUES (1, 'hunter2')) UPDATE u SET p = v.password",
        "CREATE USER bob IDENTIFIED BY 'hunter2'",
        'ALTER USER bob IDENTIFIED BY "hunter2"',
        "SET PASSWORD FOR bob = 'hunter2'",
        'INSERT INTO u (n, key) VALUES (?, ?) ON DUPLICATE KEY UPDATE key = MD5("hunter2")',
        'SELECT key FROM a WHERE b = BINARY "hunter2"',
        'SELECT key FROM a WHERE b BETWEEN "hunter2" AND "hunter3"',
        'SELECT "hunter2" AS password',
        "SELECT key FROM a WHERE TRIM(BOTH 'x' FROM \"hunter2\")",
        'SELECT a FROM t WHERE (key, c) IN (("hunter2", 4711))',
        'SELECT "a"."key" FROM "a" WHERE "a"."b" IN (lower("x"), "hunter2")',
        'SELECT key FROM a WHERE b = "hunter2".',
    ],
)
def test_no_secret_is_shown_of(statement):
    assert "hunter2" not in hide_statement(statement)
    assert "hunter2" not in hide_text(f"(OperationalError) no such thing [SQL: {statement}]")


@pytest.mark.parametrize("sign", ["pin = -4711", "pin = (4711)", "pin BETWEEN 4711 AND 4711"])
def test_numbers_that_somebody_may_have_chosen_are_hidden(sign):
    assert "4711" not in hide_statement(f"SELECT key FROM a WHERE {sign} LIMIT 100")


def test_without_a_secret_s_name_literals_stay():
    statement = 'SELECT \'a\', "b" FROM "rooms" WHERE n = 7'
    assert hide_statement(statement) == statement


names = st.sampled_from(["id", "password", "token", "name", "n"]).map('"{}"'.format)
columns = st.lists(names, min_size=1, max_size=4).map(lambda found: ", ".join(['"key"', *found]))
texts = st.text("s3cret'\"\\`-/*#$values returning (), =", max_size=20).map(
    lambda text: f"s3cret{text}s3cret"
)


@given(columns, st.lists(texts, min_size=1, max_size=4))
def test_no_text_in_single_quotes_is_shown_whatever_stands_in_it(listed, values):
    literals = [f"""'{value.replace("'", "''")}'""" for value in values]
    conditions = " AND ".join(f'"a"."name" = {literal}' for literal in literals)
    assert "s3cret" not in hide_statement(f'SELECT {listed} FROM "a" WHERE {conditions}')
    rows = ", ".join(f"({literal})" for literal in literals)
    assert "s3cret" not in hide_statement(f"INSERT INTO a ({listed}) VALUES {rows} RETURNING key")


@given(columns, st.lists(texts, min_size=1, max_size=4))
def test_no_text_in_double_quotes_is_shown_where_they_are_those_of_texts(listed, values):
    literals = [f'''"{value.replace('"', '""')}"''' for value in values]
    listed = listed.replace('"', "`")
    conditions = " AND ".join(f"name = {literal}" for literal in literals)
    assert "s3cret" not in hide_statement(f"SELECT {listed} FROM `a` WHERE {conditions}")
