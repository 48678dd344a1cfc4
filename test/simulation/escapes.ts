/**
 * Escapes: what would have ended the process: rejections that nobody listens to, and errors that nobody caught. Node tells of them only
 * when the loop is let go. For whoever plays campaigns in a process of its own.
 */
export class Escapes {
  #seen: unknown[] = []

  constructor() {
    const add = (error: unknown): void => void this.#seen.push(error)
    process.on('uncaughtException', add)
    process.on('unhandledRejection', add)
  }

  /** What escaped since this was last asked, in words. */
  async since(): Promise<string[]> {
    await new Promise<void>(resolve => {
      setImmediate(resolve)
    })
    const seen = this.#seen
    this.#seen = []
    return seen.map(error => `the process would have ended: ${wordsFor(error)}`)
  }
}

function wordsFor(error: unknown): string {
  try {
    return String(error)
  } catch {
    return 'by what cannot be read'
  }
}
