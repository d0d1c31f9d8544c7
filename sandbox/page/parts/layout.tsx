/** @jsxImportSource hono/jsx */

import { html, raw } from "hono/html";
import type { Child } from "hono/jsx";

/** The layout of every page. Scripts and styles load from this server only. */
export function document(title: string, body: Child) {
  const page = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title}</title>
        <link rel="icon" href={icon} />
        <link rel="stylesheet" href="/page/page.css" />
        <link rel="stylesheet" href="/page/forms.css" />
        <link rel="stylesheet" href="/page/surfaces.css" />
        <link rel="stylesheet" href="/page/ci.css" />
        <script type="module" src="/page/main.js" />
      </head>
      {body}
    </html>
  );
  return html`${raw("<!doctype html>")}${page}`;
}

const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E%3Crect width='24' height='24' rx='6' fill='%233f2fa8'/%3E%3Cpath d='M6 13l4 4 8-10' fill='none' stroke='white' stroke-width='3' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E";
