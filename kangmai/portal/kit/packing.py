"""A visit to be made, a form and the rules behind it, as the script of the kit reads them.

A form's HTML is made once, empty; what stands in it and what the record proposes comes with each person.
"""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.template.loader import render_to_string

from kangmai.forms.rules import initial_given, portable, render
from kangmai.forms.types import Form, Proposal, RenderedField, RenderedProposal
from kangmai.kernel.actor import Actor
from kangmai.portal.forms.presenters import form_context
from kangmai.portal.programmes import rows, visits, wording
from kangmai.portal.shell import words
from kangmai.programmes.engine.rules import portable_growth, portable_rules
from kangmai.programmes.engine.types import Visit
from kangmai.programmes.kit.types import Packed


@dataclass(slots=True)
class Packer:
    """Makes the parts of one portion; forms and rules that the phone has already are left out."""

    actor: Actor
    on: datetime.date
    known_forms: set[str]
    known_rules: set[str]
    forms: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, Any] = field(default_factory=dict)
    growth: dict[str, Any] | None = None
    """The growth standard, where a programme of this portion judges children by it."""

    def person(self, packed: Packed) -> dict[str, Any]:
        """One visit to be made."""
        found, form = packed.row.enrolment, packed.asked.form
        self._learn(form, found.programme)
        line = rows.line(packed.row, on=self.on, teams={})
        born = packed.row.birth_date
        return {
            "enrolment": line.id,
            "version": packed.asked.enrolment.version,
            "programme": found.programme,
            "service": found.next_service,
            "form": form.id,
            "name": packed.row.name,
            "shown_name": line.name,
            "sex": line.sex,
            "sex_code": packed.row.sex_code,
            "age": line.age,
            "birth_date": born.isoformat() if born else None,
            "number": line.number,
            "place": line.place,
            "phone": packed.row.phone,
            "programme_title": line.programme,
            "title": line.service,
            "why": line.why,
            "due": line.due,
            "due_on": line.due_on,
            "tone": line.alarm_tone or line.tone,
            "alarm": line.alarm,
            "enrolled_on": found.enrolled_on.isoformat() if found.enrolled_on else None,
            "anchors": {name: day.isoformat() for name, day in found.anchors.items()},
            "previous": self._previous(packed.asked.previous),
            "given": initial_given(form, on=self.on, filler=self.actor.name),
            "attempts": [
                {"day": each.attempted_on.isoformat(), "method": each.method.value}
                for each in packed.attempts
            ],
            "earlier": [
                {"day": day.isoformat(), **{fact: float(z) for fact, z in scores.items()}}
                for day, scores in packed.earlier_growth
            ],
            "lost": found.lost_on is not None,
            "proposals": list(self._proposals(form, packed)),
        }

    def _learn(self, form: Form, programme: str) -> None:
        if form.id not in self.known_forms:
            self.known_forms.add(form.id)
            shown = form_context(form, given={}, actor=self.actor)
            self.forms[form.id] = {
                "html": render_to_string("forms/fields.html", {"form": shown}),
                "checks": portable(form, language=wording.language()),
            }
        if programme not in self.known_rules:
            self.known_rules.add(programme)
            self.rules[programme] = portable_rules(programme, on=self.on)
            self.growth = self.growth or portable_growth(programme, on=self.on)

    def _previous(self, visit: Visit | None) -> dict[str, Any] | None:
        if visit is None:
            return None
        line = visits.line(visit, on=self.on)
        return {
            "day": visit.visited_on.isoformat(),
            "class": visit.outcome or None,
            "target_met": visit.target_met,
            "text": " ".join(filter(None, (line.day, line.value, line.outcome))),
        }

    def _proposals(self, form: Form, packed: Packed) -> Iterator[dict[str, Any]]:
        proposals: dict[str, Proposal] = dict(packed.asked.proposals)
        if not proposals:
            return
        shown = render(form, language=wording.language(), given={}, proposals=proposals)
        sources = form_context(form, given={}, proposals=proposals, actor=self.actor).sources
        for section in shown.sections:
            for place, each in _offered(section.fields):
                yield {
                    "question": place,
                    "text": each.text,
                    "source": sources.get(each.source, ""),
                    "day": words.day(each.measured_on),
                    "inputs": dict(each.inputs),
                }


def _offered(fields: Iterable[RenderedField]) -> Iterator[tuple[str, RenderedProposal]]:
    for each in fields:
        if each.proposal:
            yield each.place, each.proposal
        yield from _offered(each.fields)
