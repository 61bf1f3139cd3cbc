"""A village doctor with a phone in the hand, as journeys through programmes need her."""

from typing import Any

from kangmai.identity.types import Resident
from tests.journeys.conftest import Visitor


class Doctor:
    """The village doctor with a phone in the hand."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page = visitor.page

    def is_sound(self) -> None:
        assert self.visitor.overflow() <= 0, self.page.url
        assert self.visitor.faults() == [], self.page.url

    def enrol(self, resident: Resident, programme: str, **days: str) -> None:
        self.visitor.go(f"/residents/{resident.index_number}/enrol/")
        self.page.select_option("#programme", programme)
        for name, day in days.items():
            self.page.fill(f"[name='{name.replace('_day', '').replace('__', '-')}']", day)
        self.is_sound()
        self.page.click("main form.card-body button[type=submit]")

    def open_form(self, service: str) -> None:
        self.visitor.go(f"{self.enrolment}visit/{service}/")
        folded = ".question-section .card-body[hidden]"
        self.page.evaluate(f"document.querySelectorAll('{folded}').forEach(b => b.hidden = false)")

    def fill(self, **answers: Any) -> None:
        for name, answer in answers.items():
            if isinstance(answer, tuple):
                for value in answer:
                    selector = f"label:has(> input[name={name}][value='{value}'])"
                    self.page.locator(selector).first.click()
            else:
                self.page.fill(f"[name={name}]", answer)

    def save(self) -> None:
        self.page.click(".visit-buttons button[type=submit]:visible")
        self.page.wait_for_url("**/programmes/visits/*/")
        self.is_sound()

    def save_late(self) -> None:
        """Save what is of an earlier day: the page asks whether it is right, and is told so."""
        self.page.click(".visit-buttons button[type=submit]:visible")
        self.page.wait_for_selector("#faults")
        self.is_sound()
        for box in self.page.locator(".question-faults .confirm input").all():
            box.check()
        self.save()

    @property
    def said(self) -> str:
        return self.page.inner_text("main")
