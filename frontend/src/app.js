// What every page loads, deferred: htmx and a few small behaviours. Pages work without any of it.
import "./htmx.js";
import { start as startDialogs } from "./dialogs.js";
import { start as startFolds } from "./folds.js";
import { start as startForms } from "./forms.js";
import { start as startMenus } from "./menus.js";
import { start as startQuestionnaires } from "./questionnaire.js";
import { start as startReader } from "./reader.js";
import { start as startRefused } from "./refused.js";
import { start as startScrolls } from "./scrolls.js";
import { start as startSearch } from "./search.js";
import { start as startShortcuts } from "./shortcuts.js";
import { start as startToasts } from "./toasts.js";
import { start as startVisit } from "./visit.js";

startMenus();
startDialogs();
startFolds();
startForms();
startQuestionnaires();
startReader();
startRefused();
startScrolls();
startSearch();
startShortcuts();
startToasts();
startVisit();
