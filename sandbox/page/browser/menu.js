/** Opens the sidebar over the page on narrow screens. */
export function startMenu() {
  const button = document.querySelector(".menu-button");
  const set = (isOpen) => {
    document.body.classList.toggle("menu-open", isOpen);
    button.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) document.querySelector("#sidebar a[href]").focus();
    else if (document.activeElement?.closest("#sidebar")) button.focus();
  };
  button.addEventListener("click", () => set(!document.body.classList.contains("menu-open")));
  document.querySelector(".veil").addEventListener("click", () => set(false));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.body.classList.contains("menu-open")) set(false);
  });
}
