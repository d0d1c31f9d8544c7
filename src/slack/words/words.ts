export { byWords, shortName } from "./names.ts";
export { reasonHeading, stateWords } from "./request-words.ts";
export { countWords } from "./text.ts";
