def test_tables_are_there(database):
    from kangmai.registry.models import Organization

    assert Organization.objects.count() == 0
