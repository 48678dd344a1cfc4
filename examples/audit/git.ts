// The only place of the audit that runs git: no shell, NUL-separated names, objects by hash, the committed tree.
// Never in here: reading the work tree or the index, the clock, or knowledge of any check.
import { execFile, spawn } from 'node:child_process'

/** Settings of the user or the repository that would change what git prints. */
const pinned = [
  'core.quotepath=off',
  'diff.renames=false',
  'diff.relative=false',
  'log.showRoot=true',
  'log.showSignature=false',
].flatMap(setting => ['-c', setting])
const redirecting = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_OBJECT_DIRECTORY', 'GIT_NAMESPACE']

const environment = (): NodeJS.ProcessEnv => {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
  }
  for (const name of redirecting) delete env[name]
  return env
}

/** A git command that ended badly, with what git said. */
export class GitError extends Error {
  readonly said: string
  constructor(args: readonly string[], said: string) {
    super(`git ${args[0] ?? ''} failed: ${said}`)
    this.name = 'GitError'
    this.said = said
  }
}

/** Runs one git command in `repo` and gives its standard output. */
export const git = (repo: string, args: readonly string[], signal?: AbortSignal): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const options = { cwd: repo, env: environment(), encoding: 'buffer' as const, maxBuffer: 1 << 29, signal }
    execFile('git', [...pinned, ...args], options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout)
      if (signal?.aborted === true) return reject(error)
      const said = stderr.toString('utf8').trim().split('\n')[0] ?? ''
      reject(new GitError(args, said === '' ? error.message : said))
    })
  })

/** The contents of blobs by hash, in the order asked for; a missing object is `undefined`. */
export const readBlobs = (
  repo: string,
  hashes: readonly string[],
  signal?: AbortSignal,
): Promise<(Buffer | undefined)[]> =>
  new Promise((resolve, reject) => {
    if (hashes.length === 0) return resolve([])
    const child = spawn('git', [...pinned, 'cat-file', '--batch'], { cwd: repo, env: environment(), signal })
    const chunks: Buffer[] = []
    const complaints: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk))
    child.stdin.on('error', () => undefined) // git died first: 'close' reports it
    child.on('error', reject)
    child.on('close', code => {
      if (code !== 0)
        return reject(new GitError(['cat-file'], Buffer.concat(complaints).toString('utf8').trim()))
      try {
        resolve(splitBatch(Buffer.concat(chunks), hashes.length))
      } catch (error) {
        reject(error)
      }
    })
    child.stdin.end(hashes.map(hash => `${hash}\n`).join(''))
  })

/** Parses `<hash> <type> <size>\n<content>\n` and `<hash> missing\n`, repeated. */
const splitBatch = (all: Buffer, count: number): (Buffer | undefined)[] => {
  const blobs: (Buffer | undefined)[] = []
  let at = 0
  while (blobs.length < count) {
    const end = all.indexOf(10, at)
    if (end < 0) throw new GitError(['cat-file'], `answered for ${blobs.length} of ${count} objects`)
    const [, type, size] = all.toString('latin1', at, end).split(' ')
    at = end + 1
    if (type === 'missing') {
      blobs.push(undefined)
      continue
    }
    const length = Number(size)
    blobs.push(all.subarray(at, at + length))
    at += length + 1
  }
  return blobs
}
