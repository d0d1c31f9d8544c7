import { z } from "zod";

/** A location in the settings. It is stored for the Home, so it holds only constants and ids. */
export const settingsLocation = z.object({
  section: z.enum(["workflows", "roles", "projects", "tokens"]),
  page: z.int().nonnegative().exactOptional(),
  projectId: z.string().exactOptional(),
});

export type SettingsLocation = z.infer<typeof settingsLocation>;
