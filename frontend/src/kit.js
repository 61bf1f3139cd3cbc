// The village kit: prepared while there is a connection, used without one, sent when there is one again.
import { Kit } from "./kit/kit.js";
import { decide, factsOf } from "./kit/decide.js";
import { growthFacts } from "./kit/growth.js";
import { read } from "./kit/checks.js";

const page = document.getElementById("kit");
const kit = new Kit(page, JSON.parse(document.getElementById("kit-settings").textContent));
// the browser test walks the worked cases of the definitions with the very functions that the page uses
page.walk = { decide, factsOf, growthFacts, read };
kit.start();
