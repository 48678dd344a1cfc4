/**
 * Soak: campaigns of fresh seeds for as long as is asked for; for what breaks, the command that plays it again. It runs the sources;
 * nothing is built before.
 */
import { Command, InvalidArgumentError } from 'commander'
import { campaign, replayCommand } from '../test/simulation/campaign.ts'
import { Escapes } from '../test/simulation/escapes.ts'

interface Options {
  readonly minutes?: number
  readonly seed?: number
  readonly runs?: number
  readonly keepGoing: boolean
}

const number = (what: string, isFit: (value: number) => boolean) => (text: string) => {
  const value = Number(text)
  if (text.trim() === '' || !isFit(value)) throw new InvalidArgumentError(`It must be ${what}.`)
  return value
}
const count = number('a whole number of 1 or more', value => Number.isSafeInteger(value) && value >= 1)
const seed = number(
  'a whole number from 0 to 4294967295',
  value => Number.isInteger(value) && value >= 0 && value < 2 ** 32,
)
const minutes = number('a number above 0', value => Number.isFinite(value) && value > 0)

const command = new Command('soak')
  .description('Plays campaigns of fresh seeds: random work, crashes and clients against the simulated host.')
  .option('--minutes <number>', 'for how long (default: 1, where no number of runs is given)', minutes)
  .option('--seed <number>', 'the first seed (default: from the clock)', seed)
  .option('--runs <number>', 'how many, at most', count)
  .option('--keep-going', 'goes on after something broke', false)
  .allowExcessArguments(false)
  .exitOverride(({ exitCode, code }) => {
    process.exit(code === 'commander.helpDisplayed' || exitCode === 0 ? 0 : 2)
  })
  .parse()

process.exitCode = await soak(command.opts<Options>())

/** The exit code: 1 where something broke. */
async function soak(options: Options): Promise<number> {
  const { minutes: given, seed: first = Date.now() % 2 ** 31, runs: most, keepGoing } = options
  const limit = (given ?? (most === undefined ? 1 : Number.POSITIVE_INFINITY)) * 60_000
  const began = performance.now()
  const total = { runs: 0, lives: 0, crashes: 0, simulated: 0, records: 0, broken: 0 }
  const progress = reporting(began)
  const escapes = new Escapes()
  console.log(`from seed ${first} on`)
  while (total.runs < (most ?? Number.POSITIVE_INFINITY) && performance.now() - began < limit) {
    const played = (first + total.runs) % 2 ** 32
    const { lives, crashes, simulated, records, broken } = await campaign(played)
    total.runs++
    total.lives += lives
    total.crashes += crashes
    total.simulated += simulated
    total.records += records
    progress(total)
    const [found] = [...broken.map(({ message }) => message), ...(await escapes.since())]
    if (found === undefined) continue
    total.broken++
    console.log(`\nseed ${played}: ${found}\nplay it again: ${replayCommand(played)}`)
    if (!keepGoing) break
  }
  console.log(`${clear()}${summary(total, performance.now() - began)}`)
  return total.broken > 0 ? 1 : 0
}

type Total = Readonly<Record<'runs' | 'lives' | 'crashes' | 'simulated' | 'records' | 'broken', number>>

function summary({ runs, lives, crashes, simulated, records, broken }: Total, ms: number): string {
  const words = [
    plural(runs, 'run'),
    plural(lives, 'process life', 'process lives'),
    plural(crashes, 'crash', 'crashes'),
    `${(simulated / 3_600_000).toFixed(1)} simulated hours`,
    plural(records, 'record'),
    `${Math.round(runs / (ms / 1000))} runs/s`,
    broken === 0 ? 'nothing broke' : `${broken} broke`,
  ]
  return words.join(', ')
}

function plural(many: number, one: string, several = `${one}s`): string {
  return `${many} ${many === 1 ? one : several}`
}

/** On a terminal one line that changes, several times a second; else a line now and then. */
function reporting(began: number): (total: Total) => void {
  const every = process.stdout.isTTY ? 250 : 15_000
  let last = began
  return total => {
    const now = performance.now()
    if (now - last < every) return
    last = now
    const line = `${Math.round((now - began) / 1000)} s: ${summary(total, now - began)}`
    process.stdout.write(process.stdout.isTTY ? `${clear()}${line}` : `${line}\n`)
  }
}

function clear(): string {
  return process.stdout.isTTY ? '\r\u001B[2K' : ''
}
