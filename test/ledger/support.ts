/** What the ledger tests share: how an error is read, and time that passes only when a test says so. */
import { StatorError } from 'stator'
import { VirtualClock } from 'stator/testing'

/** The code with which something is refused; a test that expects one fails where nothing is. */
export async function codeOf(refused: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof refused === 'function' ? refused() : refused)
  } catch (error) {
    if (error instanceof StatorError) return error.code
    throw error
  }
  return 'nothing was refused'
}

export const startOfTime = Date.UTC(2030, 0, 1)
export const newClock = (): VirtualClock => new VirtualClock(startOfTime)

/** Lets virtual time pass, and all happen that is due in it. */
export async function pass(clock: VirtualClock, ms: number): Promise<void> {
  const until = clock.now() + ms
  for (;;) {
    await settled()
    if ((clock.next() ?? Number.POSITIVE_INFINITY) > until) break
    clock.fire()
  }
  clock.set(until)
}

/** All that needs no time has happened. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 5; round++)
    await new Promise<void>(resolve => {
      setImmediate(resolve)
    })
}

/** A gate that handlers wait at until the test opens it. */
export function latch(): { opened: Promise<void>; open: () => void } {
  let open = (): void => {}
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  return { opened, open }
}

/** What a handler does that only ends when it is told to. */
export async function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')))
  })
}
