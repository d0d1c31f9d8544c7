import { expect, test } from "vitest";
import { cleanBuild, linkNotes } from "./clean-build.ts";

const build = {
  version: "1.4.2\n✅ *Approved*",
  commit: "7e51\u202e6c0",
  digest: "\u200b",
  author: "Priya\r\nNair",
  link: "https://git.example.com@evil.example/1",
  commits: [
    { hash: "7e516c0\t", message: "Round\namounts", author: "\u2066", link: null },
    { hash: "8f627d1", message: "", author: "Dana", link: "https://u:p@git.example/8f" },
  ],
};

test("names from CI are put on one line without hidden characters; what shows nothing counts as none", () => {
  expect(cleanBuild(build)).toEqual({
    version: "1.4.2 ✅ *Approved*",
    commit: "7e516c0",
    digest: null,
    author: "Priya Nair",
    link: "https://evil.example/1",
    commits: [
      { hash: "7e516c0", message: "Round\namounts", author: null, link: null },
      { hash: "8f627d1", message: "", author: "Dana", link: "https://git.example/8f" },
    ],
  });
});

test("cleaning a clean build changes nothing", () => {
  const clean = cleanBuild(build);
  expect(cleanBuild(clean)).toEqual(clean);
  const typed = { version: "1", commit: null, link: null };
  expect(cleanBuild(typed)).toEqual(typed);
});

test("a note names each link that held a user name", () => {
  const note = "Signoff removed the user name from this link.";
  expect(linkNotes(build)).toEqual([
    { field: "link", note },
    { field: "commits.1.link", note },
  ]);
  expect(linkNotes(cleanBuild(build))).toEqual([]);
});
