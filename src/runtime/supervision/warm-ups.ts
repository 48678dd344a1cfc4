/**
 * Warm-ups: the code with which agents make themselves ready, with a limit of time, one at a time each. It tells the hub what came of
 * them; when they run is said by others.
 */
import type { AgentDefinition } from '../../actors/agent.ts'
import { StatorError, toFailure } from '../../errors.ts'
import type { Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import type { Clock } from '../clock.ts'
import { fromHub } from '../door.ts'
import type { Kernel } from '../kernel.ts'
import type { Random } from '../random.ts'

export interface WarmUpsParts {
  readonly kernel: Kernel
  readonly clock: Clock
  readonly random: Random
  /** Milliseconds that one may take where its agent does not say. */
  readonly limit: number
}

export class WarmUps {
  readonly #parts: WarmUpsParts
  /** The latest of each agent: what earlier ones come to is not heard any more. */
  readonly #latest = new Map<Address, object>()
  /** What stops their clocks. */
  readonly #clocks = new Set<() => void>()

  constructor(parts: WarmUpsParts) {
    this.#parts = parts
  }

  /** Nothing is heard of the one that runs. */
  forget(agent: Address): void {
    this.#latest.delete(agent)
  }

  /** The runtime ends: nobody waits for those that run, and no timer keeps the process. */
  close(): void {
    this.#latest.clear()
    for (const stop of this.#clocks) stop()
    this.#clocks.clear()
  }

  async run({ id, warmUp, warmUpTimeout }: AgentDefinition): Promise<void> {
    if (warmUp === undefined) return
    const { kernel, clock, random, limit } = this.#parts
    const address: Address = `agent/${id}`
    const turn = {}
    this.#latest.set(address, turn)
    const timeout = warmUpTimeout ?? limit
    const end = (type: string, data: Json): void => {
      cancel()
      this.#clocks.delete(cancel)
      if (this.#latest.get(address) !== turn) return
      this.#latest.delete(address)
      kernel.push(fromHub(type, address, data))
    }
    const fail = (error: unknown): void =>
      end('agent.fail', { error: toFailure(error) as unknown as Json, random: random() })
    const cancel = clock.after(timeout, () =>
      fail(new StatorError('WARM_UP_TIMEOUT', { agent: id, timeout })),
    )
    this.#clocks.add(cancel)
    try {
      await warmUp()
      end('agent.online', { ready: true })
    } catch (error) {
      fail(error)
    }
  }
}
