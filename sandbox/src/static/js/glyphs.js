// The marks that the bot uses, drawn here: not every machine has a font for them.

const SVG = "http://www.w3.org/2000/svg";

// Each is a list of [shape, attributes] in a square of 20.
const DRAWN = {
  hourglass_flowing_sand: [
    ["path", { d: "M5 2.5h10v3.2L11.6 10l3.4 4.3v3.2H5v-3.2L8.4 10 5 5.7z", fill: "#f4d9a6", stroke: "#9a6a1e", "stroke-width": 1.4, "stroke-linejoin": "round" }],
    ["path", { d: "M7 6.2h6L10 10zM6.3 16.6h7.4L10 12.8z", fill: "#c98a2b" }],
  ],
  large_green_circle: [["circle", { cx: 10, cy: 10, r: 7.5, fill: "#2fa36b" }]],
  alarm_clock: [
    ["path", { d: "M3 5.5 6 3M17 5.5 14 3", stroke: "#b3402f", "stroke-width": 2, "stroke-linecap": "round" }],
    ["circle", { cx: 10, cy: 11, r: 6.5, fill: "#fff", stroke: "#b3402f", "stroke-width": 1.7 }],
    ["path", { d: "M10 7.5V11l2.5 1.8", fill: "none", stroke: "#333", "stroke-width": 1.5, "stroke-linecap": "round" }],
  ],
  warning: [
    ["path", { d: "M10 2.5 18.5 17h-17z", fill: "#f2b632", stroke: "#a2700b", "stroke-width": 1.2, "stroke-linejoin": "round" }],
    ["path", { d: "M10 7.5v4.5M10 14.3v.4", stroke: "#3d2a00", "stroke-width": 1.9, "stroke-linecap": "round" }],
  ],
  rotating_light: [
    ["path", { d: "M5.5 15V11a4.5 4.5 0 0 1 9 0v4z", fill: "#d6453d" }],
    ["path", { d: "M3.5 17h13", stroke: "#6d7478", "stroke-width": 2.4, "stroke-linecap": "round" }],
    ["path", { d: "M10 2v2M3.5 5.5 5 7M16.5 5.5 15 7", stroke: "#d6453d", "stroke-width": 1.5, "stroke-linecap": "round" }],
  ],
  comment: [["path", { d: "M3.5 4.5h13v9H9l-3.5 3v-3h-2z", fill: "none", stroke: "currentColor", "stroke-width": 1.5, "stroke-linejoin": "round" }]],
  zap: [["path", { d: "M11.5 2 4.5 11.5h4.2L8 18l7.5-10h-4.6z", fill: "currentColor" }]],
  window: [["path", { d: "M8 4.5H4.5v11h11V12M11 4h5v5M16 4 9.5 10.5", fill: "none", stroke: "currentColor", "stroke-width": 1.6, "stroke-linecap": "round", "stroke-linejoin": "round" }]],
};

/** A mark, or nothing where it is not drawn here; without words it says nothing to a screen reader. */
export function glyph(name, words = "") {
  if (!DRAWN[name]) return null;
  const made = document.createElementNS(SVG, "svg");
  made.setAttribute("viewBox", "0 0 20 20");
  made.setAttribute("class", "glyph");
  if (words) {
    made.setAttribute("role", "img");
    made.setAttribute("aria-label", words);
  } else {
    made.setAttribute("aria-hidden", "true");
  }
  for (const [shape, attributes] of DRAWN[name]) {
    const part = document.createElementNS(SVG, shape);
    for (const [key, value] of Object.entries(attributes)) part.setAttribute(key, value);
    made.append(part);
  }
  return made;
}
