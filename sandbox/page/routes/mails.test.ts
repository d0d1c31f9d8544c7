import { expect, test } from "vitest";
import { framed, mailsTo } from "./mails.ts";

const mail = (id: string, to: string) => ({ id, to, from: "", subject: "", html: "", text: "", at: "" });

test("a person's mails are found by address, whatever the To line looks like", () => {
  const mails = [
    mail("1", "Bob <BOB@acme.example>"),
    mail("2", "ada@acme.example, bob@acme.example"),
    mail("3", "xbob@acme.example"),
  ];
  expect(mailsTo(mails, "bob@acme.example").map(({ id }) => id)).toEqual(["1", "2"]);
  expect(mailsTo(mails, undefined)).toEqual([]);
});

test("links of a mail open in the window around it", () => {
  const html = framed(
    `<p>target="_blank"</p><a href="https://x" target="_blank" class="b">x</a><a href=y target=_self>y</a>`,
  );
  expect(html).toBe(
    `<base target="_top"><p>target="_blank"</p><a href="https://x" target="_top" class="b">x</a><a href=y target="_top">y</a>`,
  );
});
