/** Bugs in how handlers are run, stopped and heard. */
import type { Mutant } from './mutant.ts'

export const EXECUTION: readonly Mutant[] = [
  {
    name: 'a handler that throws reaches the hub',
    words: 'What a handler throws at once leaves the executor, and with it the loop.',
    file: 'src/runtime/local-executor.ts',
    find: '      } else this.#done(attempt, result, code.output)\n    } catch (error) {\n',
    replace:
      '      } else this.#done(attempt, result, code.output)\n    } catch (error) {\n      throw error as Error\n',
    invariant: 11,
  },
  {
    name: 'an output that fits no schema ends the process',
    words: 'What is wrong with an output is thrown where nobody listens.',
    file: 'src/runtime/local-executor.ts',
    find: '    } catch (error) {\n      this.#fail(attempt, error)\n    }\n  }\n\n  /** One that ends',
    replace: '    } catch (error) {\n      throw error as Error\n    }\n  }\n\n  /** One that ends',
    invariant: 11,
  },
  {
    name: 'what cannot be read ends the process',
    words: 'A thrown value is looked at without care.',
    file: 'src/runtime/local-executor.ts',
    find: '  } catch {\n    return undefined\n  }',
    replace: '  } catch (unreadable) {\n    throw unreadable as Error\n  }',
    invariant: 11,
  },
  {
    name: 'nothing times out',
    words: 'The deadline of an attempt does not end it.',
    file: 'src/runtime/local-executor.ts',
    find: "      this.#giveUp(attempt, new StatorError('TASK_TIMEOUT', { task: effect.task, timeout }))\n",
    replace: '',
    invariant: 8,
  },
  {
    name: 'attempts have keys of their own',
    words: 'The outside is given another idempotency key by each attempt.',
    file: 'src/runtime/local-executor.ts',
    find: '`${this.#parts.journalId()}/${effect.task}/1`',
    replace: '`${this.#parts.journalId()}/${effect.task}/${effect.turn}`',
    invariant: 6,
  },
  {
    name: 'sub-steps have a key for each attempt',
    words: 'The key of a sub-step changes from attempt to attempt.',
    file: 'src/runtime/attempt.ts',
    find: 'const key = `${this.idempotencyKey}/${name}`',
    replace: 'const key = `${this.idempotencyKey}/${name}/${this.attempt}`',
    invariant: 6,
  },
  {
    name: 'recorded sub-steps run again',
    words: 'A later attempt does not look for the results of earlier ones.',
    file: 'src/runtime/attempt.ts',
    find: '    if (known !== undefined) return known as T\n',
    replace: '    void known\n',
    invariant: 6,
  },
  {
    name: 'a name may be used twice',
    words: 'Two sub-steps of one name run in one attempt.',
    file: 'src/runtime/attempt.ts',
    find: "    if (this.#named.has(name)) throw new StatorError('STEP_REPEATED', { task: this.task, name })\n",
    replace: '',
    invariant: 6,
  },
  {
    name: 'sub-steps are not waited for',
    words: 'A handler goes on with the result of a sub-step before that is durable.',
    file: 'src/runtime/attempt.ts',
    find: "    await this.parts.report(this.effect, 'task.recorded', { name, value, ...(by as Record<string, Json>) })\n",
    replace:
      "    void this.parts.report(this.effect, 'task.recorded', { name, value, ...(by as Record<string, Json>) }).catch(() => {})\n",
    invariant: 1,
  },
]
