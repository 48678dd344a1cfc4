// Asks whoever sits at the terminal: yes, with a note; no, with a reason; or nothing, and it is asked another time.
// Never in here: what the answer does.
import { createInterface } from 'node:readline'

export type Answer = { approved: true; note?: string } | { approved: false; reason: string }

/** Undefined: whoever was asked has left without an answer. Rejects with the reason of `stop` when that aborts. */
export type Asker = (question: string, stop: AbortSignal) => Promise<Answer | undefined>

const unsaid = 'no reason given'

/** By lines, as the terminal hands them over: so Ctrl-C is a signal to the process, here as everywhere. */
export const terminalAsker =
  (input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Asker =>
  async (question, stop) => {
    stop.throwIfAborted()
    const reader = createInterface({ input, terminal: false })
    const lines = reader[Symbol.asyncIterator]()
    let quit = (): void => {}
    const stopped = new Promise<never>((_, reject) => {
      quit = () => {
        output.write('\n')
        reject(stop.reason as Error)
      }
      stop.addEventListener('abort', quit)
    })
    const ask = async (prompt: string): Promise<string | undefined> => {
      output.write(prompt)
      const { done, value } = await Promise.race([lines.next(), stopped])
      if (done !== true) return value.trim()
      output.write('\n')
      return undefined
    }
    try {
      for (;;) {
        const answer = await ask(`${question} (y/n) `)
        if (answer === undefined) return undefined
        if (/^y(es)?$/i.test(answer)) {
          const note = await ask('A note for the record, or Enter: ')
          return note === undefined || note === '' ? { approved: true } : { approved: true, note }
        }
        if (/^no?$/i.test(answer)) {
          const reason = await ask('Why not, or Enter: ')
          return { approved: false, reason: reason === undefined || reason === '' ? unsaid : reason }
        }
      }
    } finally {
      stop.removeEventListener('abort', quit)
      reader.close()
    }
  }
