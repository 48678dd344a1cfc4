/** Bugs in how actors are checkpointed, parked and found again. */
import type { Mutant } from './mutant.ts'

export const PARKING: readonly Mutant[] = [
  {
    name: 'a checkpoint says that it is older than it is',
    words: 'What a checkpoint has already is folded into it once more.',
    file: 'src/runtime/cell.ts',
    find: '      seq: this.seq,\n      createdSeq: this.createdSeq,',
    replace: '      seq: this.sinceSeq,\n      createdSeq: this.createdSeq,',
    invariant: 3,
  },
  {
    name: 'actors are parked that have moved',
    words: 'An actor leaves memory though its checkpoint is older than it is.',
    file: 'src/runtime/population.ts',
    find: '    if (cell.dirtySince !== 0 || !cell.hasCheckpoint',
    replace: '    if (!cell.hasCheckpoint',
    invariant: 3,
  },
  {
    name: 'the ended are checkpointed',
    words: 'An actor that ended is still taken to have moved, and gets a checkpoint.',
    file: 'src/runtime/population.ts',
    find: `    this.#cells.delete(cell.address)
    this.#dirty.delete(cell.address)
    cell.timers = null`,
    replace: '    this.#cells.delete(cell.address)\n    cell.timers = null',
    invariant: 3,
  },
  {
    name: 'the parked are not found',
    words: 'Once everybody was in memory nobody is looked for in the journal.',
    file: 'src/runtime/population.ts',
    find: '    this.#cells.delete(cell.address)\n    this.#parked = true\n',
    replace: '    this.#cells.delete(cell.address)\n',
    invariant: 9,
  },
  {
    name: 'each move makes an actor young',
    words: 'The tail is counted from the last move of an actor since its checkpoint, and not from the first.',
    file: 'src/runtime/population.ts',
    find: '    if (cell.dirtySince !== 0) return\n',
    replace: '',
    invariant: 3,
  },
  {
    name: 'held actors are let go by a checkpoint',
    words: 'Why an actor is held is not part of its record.',
    file: 'src/runtime/cell.ts',
    find: '      held: this.held as Json,\n',
    replace: '      held: null,\n',
    invariant: 3,
  },
]
