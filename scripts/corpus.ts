/**
 * Writes the journals of a release: plays `test/corpus/<version>/world.ts` with the build, and keeps beside it a journal that was
 * closed, one as a kill leaves it, and a manifest of what was true. Done once for each release; what is there is never written again.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gzipSync } from 'node:zlib'
import { Command } from 'commander'
import { readJournal, sqlite } from 'stator/sqlite'
import {
  LEFT,
  playOn,
  playToCut,
  standing,
  type JournalWorld,
  type Left,
  type Manifest,
} from '../test/corpus/journal-world.ts'

const command = new Command('corpus')
  .description(
    'Plays the world of a release and keeps its journals, for every later version to be checked against.',
  )
  .argument('<version>', 'the folder in test/corpus; its world.ts is there already')
  .option('--again', 'writes anew what is there: for a version that was not released yet', false)
  .parse()

const folder = resolve(import.meta.dirname, '../test/corpus', command.args[0] ?? '')
const { world } = (await import(join(folder, 'world.ts'))) as { world: JournalWorld }
const manifest = join(folder, 'manifest.json')
if (existsSync(manifest) && !command.opts<{ again: boolean }>().again)
  command.error(`${manifest} is there: the journals of a release stay as they are`)
const scratch = mkdtempSync(join(tmpdir(), 'stator-corpus-'))
try {
  const closed = await write('closed')
  const killed = await write('killed')
  const said: Manifest = {
    standing: { closed: closed.standing, killed: killed.standing },
    ends: { closed: closed.ends, killed: killed.ends },
  }
  writeFileSync(manifest, `${JSON.stringify(said, null, 2)}\n`)
  for (const left of LEFT) {
    const { length } = readFileSync(join(folder, `${left}.db.gz`))
    console.log(`${left}: ${Object.keys(said.standing[left]).length} living actors, ${length} bytes`)
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

async function write(
  left: Left,
): Promise<{ standing: Manifest['standing'][Left]; ends: Manifest['ends'][Left] }> {
  const path = join(scratch, `${left}.db`)
  const kept = join(scratch, `${left}-kept.db`)
  const runtime = await playToCut(world, sqlite(path), left)
  const alive = standing(runtime)
  if (left === 'closed') await runtime.close()
  // One file without a log, as it is committed at this moment.
  const file = new DatabaseSync(path, { readOnly: true })
  file.prepare('VACUUM INTO ?').run(kept)
  file.close()
  if (left === 'killed') await runtime.close()
  const reader = readJournal(kept)
  const saved = [...reader.checkpoints({})].map(({ address, state }) => [address, state])
  reader.close()
  writeFileSync(join(folder, `${left}.db.gz`), gzipSync(readFileSync(kept), { level: 9 }))
  const stood = left === 'closed' ? (Object.fromEntries(saved) as typeof alive) : alive
  return { standing: stood, ends: await playOn(world, sqlite(kept)) }
}
