from django.db import migrations

FORWARDS = """
CREATE FUNCTION rulebook_edition_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an edition of the policy is written once' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER rulebook_edition_written_once BEFORE UPDATE OR DELETE ON rulebook_edition
    FOR EACH ROW EXECUTE FUNCTION rulebook_edition_written_once();
"""

BACKWARDS = """
DROP TRIGGER rulebook_edition_written_once ON rulebook_edition;
DROP FUNCTION rulebook_edition_written_once();
"""


class Migration(migrations.Migration):
    dependencies = [("rulebook", "0001_edition")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
