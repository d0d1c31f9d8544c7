import { list, stateOf, textOf } from "./checks/elements.ts";
import { limits } from "./checks/limits.ts";
import type { Json, Option, StandInView } from "./types.ts";
import type { Workspace } from "./workspace.ts";

const objectOrNull = (value: unknown): Json | null => (value === undefined ? null : (value as Json | null));

/** Each person's stack of open modals, and their Home tabs. Source: https://docs.slack.dev/surfaces/modals */
export class Views {
  readonly #workspace: Workspace;
  readonly #stacks = new Map<string, StandInView[]>();
  readonly #homes = new Map<string, StandInView>();
  /** The last options of an external select, by view, block, and action. */
  readonly suggested = new Map<string, Option[]>();

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  /** Returns this person's open modals, top one last. */
  stack(userId: string): StandInView[] {
    return this.#stacks.get(userId) ?? [];
  }

  top(userId: string): StandInView | undefined {
    return this.stack(userId).at(-1);
  }

  home(userId: string): StandInView | undefined {
    return this.#homes.get(userId);
  }

  isFull(userId: string): boolean {
    return this.stack(userId).length >= limits.viewStack.max;
  }

  /** Returns an open modal or a Home by its ID. */
  byId(id: string): StandInView | undefined {
    return this.#all().find((view) => view.id === id);
  }

  byExternalId(externalId: string): StandInView | undefined {
    return externalId === "" ? undefined : this.#all().find((view) => view.externalId === externalId);
  }

  #all(): StandInView[] {
    return [...[...this.#stacks.values()].flat(), ...this.#homes.values()];
  }

  /**
   * Adds a new modal on top. With `root`, closes the open ones and starts a new stack. The caller checks
   * isFull.
   */
  push(userId: string, content: Json, root: boolean): StandInView {
    const previous = root ? undefined : this.top(userId);
    const view = this.#make(userId, content, "modal");
    view.previousViewId = previous?.id ?? null;
    view.rootViewId = previous?.rootViewId ?? view.id;
    this.#stacks.set(userId, [...(root ? [] : this.stack(userId)), view]);
    this.changed(view);
    return view;
  }

  publish(userId: string, content: Json): StandInView {
    const existing = this.home(userId);
    if (existing !== undefined) return this.replace(existing, content);
    const view = this.#make(userId, content, "home");
    this.#homes.set(userId, view);
    this.changed(view);
    return view;
  }

  #make(userId: string, content: Json, type: StandInView["type"]): StandInView {
    const id = this.#workspace.freshId("V");
    const nothing = {
      callbackId: "",
      externalId: "",
      title: null,
      submit: null,
      close: null,
      privateMetadata: "",
    };
    const flags = { clearOnClose: false, notifyOnClose: false, hash: "", previousViewId: null };
    const view = {
      id,
      type,
      userId,
      rootViewId: id,
      blocks: [],
      values: {},
      errors: {},
      ...nothing,
      ...flags,
    };
    return this.#fill(view, content);
  }

  /** Replaces a view's content and hash. Typed values are kept where the ids are the same. */
  replace(view: StandInView, content: Json): StandInView {
    this.#fill(view, content);
    this.changed(view);
    return view;
  }

  #fill(view: StandInView, content: Json): StandInView {
    view.blocks = this.#workspace.normalize(list(content.blocks));
    view.callbackId = textOf(content.callback_id);
    view.externalId = textOf(content.external_id);
    view.privateMetadata = textOf(content.private_metadata);
    view.title = objectOrNull(content.title);
    view.submit = objectOrNull(content.submit);
    view.close = objectOrNull(content.close);
    view.clearOnClose = content.clear_on_close === true;
    view.notifyOnClose = content.notify_on_close === true;
    view.values = stateOf(view.blocks, view.values);
    view.errors = {};
    delete view.problem;
    view.hash = `${Math.floor(this.#workspace.now() / 1000)}.${crypto.randomUUID().slice(0, 8)}`;
    return view;
  }

  /** Closes one modal. Those below it stay open. */
  close(view: StandInView): void {
    const rest = this.stack(view.userId).filter((other) => other.id !== view.id);
    this.#stacks.set(view.userId, rest);
    this.changed(view);
  }

  closeAll(userId: string): void {
    this.#stacks.delete(userId);
    this.#workspace.changed("view", [userId]);
  }

  changed(view: StandInView): void {
    this.#workspace.changed(view.type === "home" ? "home" : "view", [view.userId]);
  }
}
