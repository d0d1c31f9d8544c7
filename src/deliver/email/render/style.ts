import type { CSSProperties } from "react";
import type { Tone } from "./mail.ts";

const font =
  "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Noto Sans', sans-serif";
const mono = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace";

/** Breaks long words, so that nothing is wider than a phone. */
const wrap: CSSProperties = { overflowWrap: "anywhere", wordBreak: "break-word" };

/** Styles of elements, in light mode, because most mail programs support only those. Each contrast is at least 4.5. */
export const style = {
  page: { backgroundColor: "#f3f4f6", margin: 0, padding: "24px 12px", fontFamily: font },
  container: { maxWidth: "560px", width: "100%" },
  card: {
    backgroundColor: "#ffffff",
    border: "1px solid #dfe3e8",
    borderRadius: "12px",
    borderCollapse: "separate",
  },
  inside: { padding: "28px 32px 32px" },
  brand: { color: "#59626e", fontSize: "14px", lineHeight: "20px", margin: "0 0 20px", fontWeight: 600 },
  badge: {
    display: "inline-block",
    borderRadius: "999px",
    padding: "3px 12px",
    fontSize: "13px",
    lineHeight: "18px",
    fontWeight: 600,
  },
  headline: {
    color: "#1b1f24",
    fontSize: "22px",
    lineHeight: "30px",
    fontWeight: 700,
    margin: "12px 0 8px",
    ...wrap,
  },
  lead: { color: "#363d46", fontSize: "16px", lineHeight: "24px", margin: "0 0 20px", ...wrap },
  caution: {
    backgroundColor: "#fff3d6",
    borderRadius: "8px",
    color: "#5c3d00",
    fontSize: "15px",
    fontWeight: 600,
    lineHeight: "23px",
    margin: "0 0 20px",
    padding: "10px 14px",
    ...wrap,
  },
  button: {
    backgroundColor: "#1f5fd1",
    borderRadius: "8px",
    color: "#ffffff",
    fontSize: "16px",
    fontWeight: 600,
    padding: "13px 24px",
  },
  quotes: { marginTop: "28px", marginBottom: "-8px" },
  quoteHeading: {
    color: "#59626e",
    fontSize: "13px",
    lineHeight: "18px",
    fontWeight: 600,
    margin: "0 0 6px",
    ...wrap,
  },
  quote: {
    backgroundColor: "#f6f7f9",
    borderLeft: "3px solid #c3cad3",
    borderRadius: "4px",
    color: "#1b1f24",
    fontSize: "15px",
    lineHeight: "23px",
    margin: "0 0 16px",
    padding: "12px 16px",
    textAlign: "start",
    unicodeBidi: "plaintext",
    whiteSpace: "pre-wrap",
    ...wrap,
  },
  facts: { marginTop: "24px", tableLayout: "fixed", width: "100%", borderCollapse: "collapse" },
  label: {
    borderTop: "1px solid #e6e9ed",
    color: "#59626e",
    fontSize: "14px",
    fontWeight: 400,
    lineHeight: "22px",
    padding: "10px 12px 10px 0",
    textAlign: "left",
    verticalAlign: "top",
    width: "128px",
    ...wrap,
  },
  value: {
    borderTop: "1px solid #e6e9ed",
    color: "#1b1f24",
    fontSize: "14px",
    lineHeight: "22px",
    padding: "10px 0",
    verticalAlign: "top",
    ...wrap,
  },
  spaced: { paddingTop: "6px" },
  quiet: { color: "#59626e" },
  code: { fontFamily: mono, fontSize: "12px", wordBreak: "break-all" },
  mark: {
    backgroundColor: "#fde8e6",
    borderRadius: "4px",
    color: "#9c1c12",
    fontSize: "12px",
    fontWeight: 600,
    padding: "2px 6px",
    whiteSpace: "nowrap",
  },
  link: { color: "#1a56c4", textDecoration: "underline" },
  address: {
    borderTop: "1px solid #e6e9ed",
    color: "#59626e",
    fontSize: "13px",
    lineHeight: "20px",
    margin: 0,
    paddingTop: "16px",
    wordBreak: "break-word",
    overflowWrap: "anywhere",
  },
  footer: { color: "#59626e", fontSize: "13px", lineHeight: "20px", margin: "0 0 4px" },
} as const satisfies Record<string, CSSProperties>;

export const toneStyle: Record<Tone, CSSProperties> = {
  todo: { backgroundColor: "#e4edfd", color: "#17479e" },
  good: { backgroundColor: "#dff4e6", color: "#12592f" },
  bad: { backgroundColor: "#fde8e6", color: "#9c1c12" },
  quiet: { backgroundColor: "#eceff2", color: "#444c57" },
};

/** Styles that elements cannot hold: for phones, and for dark mode where a mail program supports it. */
export const styleSheet = `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media only screen and (max-width: 480px) {
  .page > table > tbody > tr > td { padding: 8px 6px !important; }
  .inside { padding: 20px 18px 24px !important; }
  .headline { font-size: 20px !important; line-height: 27px !important; }
  .button { display: block !important; text-align: center !important; }
  .label, .value { display: block !important; width: auto !important; }
  .label { padding: 10px 0 0 !important; font-size: 13px !important; }
  .value { border-top: 0 !important; padding: 0 0 10px !important; }
}
@media (prefers-color-scheme: dark) {
  .page, .page > table > tbody > tr > td { background-color: #101317 !important; }
  .card { background-color: #191e24 !important; border-color: #2e353e !important; }
  .headline, .value { color: #eceff3 !important; }
  .lead { color: #d3d8df !important; }
  .brand, .label, .quiet, .quote-heading, .address, .footer { color: #a3adba !important; }
  .label, .value, .address { border-color: #2e353e !important; }
  .quote { background-color: #222931 !important; border-color: #4a5563 !important; color: #eceff3 !important; }
  .link { color: #8db7ff !important; }
  .button { background-color: #2a66d9 !important; color: #ffffff !important; }
  .todo { background-color: #1d345c !important; color: #bcd4ff !important; }
  .good { background-color: #163a25 !important; color: #a5e3bd !important; }
  .bad, .mark { background-color: #4a201d !important; color: #ffc1ba !important; }
  .caution { background-color: #43330d !important; color: #ffdf94 !important; }
  .plain { background-color: #2e353e !important; color: #d3d8df !important; }
}
`;
