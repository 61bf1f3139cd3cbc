// The page that reads cards: the field stays ready for a hand scanner, the camera reads codes by itself.
import jsQR from "jsqr";

const EVERY_MS = 120;
const form = document.getElementById("scan");
const field = form.querySelector("[data-scan]");
const button = form.querySelector("[data-camera]");
const video = form.querySelector("[data-video]");
const fault = form.querySelector("[data-camera-fault]");
const canvas = document.createElement("canvas");
let latest = "";

function submit(text) {
  if (!text || text === latest) return;
  latest = text;
  field.value = text;
  form.requestSubmit();
}

// browsers that know codes do it faster; the others get the library
const detector = "BarcodeDetector" in window ? new window.BarcodeDetector({ formats: ["qr_code"] }) : null;

async function read() {
  if (detector) {
    try {
      return (await detector.detect(video))[0]?.rawValue ?? "";
    } catch {
      return "";
    }
  }
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const drawing = canvas.getContext("2d", { willReadFrequently: true });
  drawing.drawImage(video, 0, 0);
  const picture = drawing.getImageData(0, 0, canvas.width, canvas.height);
  return jsQR(picture.data, picture.width, picture.height)?.data ?? "";
}

async function watch() {
  if (!video.srcObject) return;
  if (video.videoWidth) submit(await read());
  setTimeout(watch, EVERY_MS);
}

async function open() {
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    fault.hidden = false;
    return;
  }
  video.hidden = false;
  button.hidden = true;
  await video.play();
  watch();
}

if (navigator.mediaDevices?.getUserMedia) button.hidden = false;
button.addEventListener("click", open);
document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "answer") return;
  field.value = "";
  const next = event.target.querySelector("input:not([type=hidden])");
  (next ?? field).focus();
});
