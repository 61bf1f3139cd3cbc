"""A contract for import-linter: other rooms enter a room by its doors and engines only."""

from importlinter import Contract, ContractCheck, fields, output


class DoorsContract(Contract):
    """Between two rooms only doors are imported.

    Attributes:
        doors: names of modules or packages directly in a room that other rooms may import, with what is
            below them.
        open_rooms: rooms all of whose modules are for everyone.
        composing_rooms: rooms that may import anything, since they put the others together.
        sub_rooms: packages inside rooms that are entered by doors of the same names.
        engines: packages inside rooms that are libraries with public modules of their own.
        also_entered: single modules besides, each with its reason beside it in the file.
    """

    doors = fields.SetField(subfield=fields.StringField())
    open_rooms = fields.SetField(subfield=fields.StringField(), required=False)
    composing_rooms = fields.SetField(subfield=fields.StringField(), required=False)
    sub_rooms = fields.SetField(subfield=fields.StringField(), required=False)
    engines = fields.SetField(subfield=fields.StringField(), required=False)
    also_entered = fields.SetField(subfield=fields.StringField(), required=False)

    def check(self, graph, verbose: bool) -> ContractCheck:
        """Look at every import between two rooms."""
        found = sorted(
            (importer, imported)
            for importer in graph.modules
            for imported in graph.find_modules_directly_imported_by(importer)
            if not self._may(importer.split("."), imported)
        )
        return ContractCheck(kept=not found, metadata={"found": found})

    def _may(self, importer: list[str], imported: str) -> bool:
        parts = imported.split(".")
        if len(importer) < 2 or len(parts) < 2 or importer[1] == parts[1]:
            return True
        if importer[1] in (self.composing_rooms or ()) or parts[1] in (self.open_rooms or ()):
            return True
        if len(parts) > 2 and parts[2] in self.doors:
            return True
        if ".".join(parts[:3]) in (self.sub_rooms or ()) and len(parts) > 3:
            return parts[3] in self.doors
        entered = {*(self.engines or ()), *(self.also_entered or ())}
        return any(imported == each or imported.startswith(f"{each}.") for each in entered)

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name every import that goes through a wall."""
        for importer, imported in check.metadata["found"]:
            output.print_error(f"{importer} imports {imported}, which is no door of its room")
