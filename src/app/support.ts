import { writeFileSync } from 'node:fs'
import { ConfigError } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { readJournalFacts } from '../journal/facts.ts'
import { ModemError } from '../modem/errors.ts'
import type { UsbScan } from '../transport/usb-tty.ts'
import type { CliIo } from './command-line.ts'
import { UsageError } from './command-line.ts'
import { configFrom } from './sources.ts'
import { maskConfig, maskFault, maskNumbers } from './support-mask.ts'
import type { BridgeAnswer } from './support-socket.ts'
import { askBridge, supportSocketPath } from './support-socket.ts'
import { describeSystem } from './support-system.ts'
import { describeUsb } from './support-usb.ts'
import { scan } from './usb-verbs.ts'

/** What is written into the file. */
interface Bundle {
  readonly written_at: string
  readonly system: unknown
  readonly configuration: unknown
  readonly usb: unknown
  readonly journal: unknown
  readonly bridge: unknown
}

/** More files of one day mean that something else is wrong. */
const MOST_FILES = 100

/** `zte2mqtt support`: writes what helps to find a fault into one file that may be passed on. @returns the exit code */
export async function support(io: CliIo): Promise<number> {
  const { out, rest } = readOut(io.args)
  const config = configOrFaults({ ...io, args: rest })
  const answer =
    config instanceof ConfigError
      ? ({ kind: 'failed', says: 'Where it listens is in the configuration, which has faults.' } as const)
      : await askBridge(supportSocketPath(config.journal.path))
  const found = await scan()
  const now = new Date()
  const bundle: Bundle = {
    written_at: now.toISOString(),
    system: describeSystem(io.env),
    configuration: config instanceof ConfigError ? { faults: config.faults.map(maskFault) } : maskConfig(config),
    usb: describeUsb(found),
    journal: config instanceof ConfigError ? null : describeJournal(config.journal.path),
    bridge: answer.kind === 'told' ? answer.report : null,
  }
  const file = write(`${JSON.stringify(bundle, null, 1)}\n`, out === null ? namesOf(now) : [out])
  process.stdout.write(`${summarize(file, config, found, answer).join('\n')}\n`)
  return 0
}

/** Takes `--out FILE` or `--out=FILE` out of a command line. @throws UsageError when it names none */
export function readOut(args: readonly string[]): { readonly out: string | null; readonly rest: readonly string[] } {
  const at = args.findIndex((word) => word === '--out' || word.startsWith('--out='))
  const [word] = args.slice(at)
  if (at < 0 || word === undefined) return { out: null, rest: args }
  const isInline = word !== '--out'
  const out = isInline ? word.slice('--out='.length) : args[at + 1]
  if (!out || (!isInline && out.startsWith('--'))) throw new UsageError('--out needs the name of a file.')
  return { out, rest: [...args.slice(0, at), ...args.slice(at + (isInline ? 1 : 2))] }
}

function configOrFaults(io: CliIo): Config | ConfigError {
  try {
    return configFrom(io)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
}

function describeJournal(path: string): unknown {
  try {
    const facts = readJournalFacts(path)
    if (facts === null) return { exists: false }
    const { size, version, ownVersion, rows } = facts
    return { exists: true, size_bytes: size, version, own_version: ownVersion, rows }
  } catch (error) {
    if (!(error instanceof ModemError)) throw error
    return { exists: true, fault: maskNumbers(error.message) }
  }
}

/** The name for today, and what to take when it is taken. */
function namesOf(now: Date): readonly string[] {
  const name = `zte2mqtt-support-${now.toISOString().slice(0, 10)}`
  return Array.from({ length: MOST_FILES }, (_, index) => `${name}${index === 0 ? '' : `-${index + 1}`}.json`)
}

/** Under the first of these names that nothing has yet. @returns that name @throws ModemError when it cannot be written */
function write(text: string, names: readonly string[]): string {
  let problem: unknown
  for (const name of names) {
    try {
      writeFileSync(name, text, { flag: 'wx', mode: 0o600 })
      return name
    } catch (error) {
      problem = error
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') break
    }
  }
  const { code, message } = problem as NodeJS.ErrnoException
  const why = code === 'EEXIST' ? `${names[0]} is there already and is not overwritten` : message
  throw new ModemError('internal', `Nothing was written: ${why}. Choose another file with --out.`, { cause: problem })
}

function summarize(
  file: string,
  config: Config | ConfigError,
  { devices }: UsbScan,
  answer: BridgeAnswer,
): readonly string[] {
  return [
    `Written to ${file}, which only you can read. It holds:`,
    '  the versions of zte2mqtt, Node and the system',
    config instanceof ConfigError
      ? '  the faults of the configuration, without the values'
      : '  the configuration without passwords, PINs, phone numbers and contacts',
    `  what the USB shows of ZTE devices (${devices.length} found), without serial numbers`,
    ...(config instanceof ConfigError ? [] : ['  how large the journal is, and how many entries of each kind it has']),
    ...describeAnswer(answer),
    'Numbers, texts and secrets are masked. Names of hosts, files, modems and operators are not:',
    'look through it before you pass it on.',
  ]
}

function describeAnswer(answer: BridgeAnswer): readonly string[] {
  if (answer.kind === 'told') {
    return [
      '  how the bridge and its modems are, the last warnings of its log',
      '  the last 500 exchanges with each modem, numbers and texts masked',
    ]
  }
  const why = answer.kind === 'failed' ? answer.says : 'No bridge runs with this journal.'
  return [`Exchanges with modems, their status and the log are missing. ${why}`]
}
