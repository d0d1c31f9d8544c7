type Deadline = { passed: Promise<"passed">; clear: () => void };

/** A promise that settles after so many milliseconds, to race work against. Clear it when the work is done. */
export function deadline(milliseconds: number): Deadline {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<"passed">((resolve) => {
    timer = setTimeout(resolve, milliseconds, "passed");
  });
  return { passed, clear: () => clearTimeout(timer) };
}

/** The work's own result, or `passed` once it took longer than so many milliseconds; the work itself goes on. */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T | "passed"> {
  const limit = deadline(milliseconds);
  try {
    return await Promise.race([work, limit.passed]);
  } finally {
    limit.clear();
  }
}
