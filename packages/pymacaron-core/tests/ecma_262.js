// Reads lines of JSON, [pattern, texts]; writes how JavaScript reads each pattern ("u", "", or null for none) and matches.
const lines = require("fs").readFileSync(0, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
const compiled = (pattern) => {
  for (const mode of ["u", ""]) {
    try {
      return [mode, new RegExp(pattern, mode)];
    } catch (error) {
      continue;
    }
  }
  return [null, null];
};
console.log(
  JSON.stringify(
    lines.map(([pattern, texts]) => {
      const [mode, expression] = compiled(pattern);
      return [mode, expression === null ? [] : texts.map((text) => expression.test(text))];
    }),
  ),
);
