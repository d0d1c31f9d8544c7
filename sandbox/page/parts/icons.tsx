/** @jsxImportSource hono/jsx */

const shapes = {
  mail: "M3 5h18v14H3zM3 6l9 7 9-7",
  window: "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
  menu: "M4 7h16M4 12h16M4 17h16",
  cross: "M6 6l12 12M18 6L6 18",
  back: "M14 6l-6 6 6 6",
  send: "M4 12l16-8-5 16-4-6z",
  hash: "M9 4L7 20M17 4l-2 16M4 9h16M4 15h16",
  eye: "M2 12c3-5 6-7 10-7s7 2 10 7c-3 5-6 7-10 7s-7-2-10-7zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6",
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M2.5 20c0-4 3-6.5 6.5-6.5s6.5 2.5 6.5 6.5M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14c2.2.8 3.5 3 3.5 6",
  bolt: "M13 3L5 14h6l-1 7 9-12h-6z",
  check: "M5 13l4 4L19 7",
} as const;

/** An icon next to text, or alone in a control that has a label. */
export function Icon({ name }: { name: keyof typeof shapes }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="18" height="18" aria-hidden="true" focusable="false">
      <path d={shapes[name]} />
    </svg>
  );
}

/** The bot's avatar: a check mark on the product's color. */
export function BotFace({ small = false }: { small?: boolean }) {
  return (
    <span class={`avatar bot ${small ? "small" : ""}`} aria-hidden="true">
      <Icon name="check" />
    </span>
  );
}

const initials = (name: string) =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join("");

/** A person's avatar: their emoji, or their initials on their color. */
export function Face({
  name,
  avatar = "#4b5563",
  small,
}: {
  name: string;
  avatar?: string | undefined;
  small?: boolean;
}) {
  const isColor = /^#[0-9a-f]{3,8}$/i.test(avatar);
  return (
    <span
      class={`avatar ${small ? "small" : ""}`}
      style={isColor ? `background:${avatar}` : ""}
      aria-hidden="true"
    >
      {isColor ? initials(name) : avatar}
    </span>
  );
}
