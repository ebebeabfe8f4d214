import { ConfigError } from '../config/load.ts'
import { ModemError } from '../modem/errors.ts'
import { withAppOptions } from './addon.ts'
import { runCheck } from './check.ts'
import type { CliIo } from './command-line.ts'
import { UsageError } from './command-line.ts'
import { runDemo } from './demo.ts'
import { hashPasswordVerb } from './hash-password.ts'
import { runHealthcheck } from './healthcheck.ts'
import { init, isAtTerminal } from './init-verb.ts'
import { rules } from './rules-verb.ts'
import { configFrom, isFirstStart } from './sources.ts'
import { start } from './start.ts'
import { support } from './support.ts'
import { doctor, ports, switchMode } from './usb-verbs.ts'
import { version } from './version.ts'

interface Verb {
  readonly name: string
  readonly synopsis: string
  readonly summary: string
  /** @returns the exit code */
  readonly run: (io: CliIo, signal: AbortSignal) => Promise<number>
}

const VERBS: readonly Verb[] = [
  {
    name: 'start',
    synopsis: '[start] [--config FILE] [--OPTION=VALUE …]',
    summary: 'run the bridge',
    run: startOrInit,
  },
  {
    name: 'demo',
    synopsis: 'demo [--for 20s]',
    summary: 'run it with simulated modems and a broker of its own; touches no file of yours',
    run: runDemo,
  },
  {
    name: 'init',
    synopsis: 'init [--config FILE]',
    summary: 'ask for modem and broker, try them, write the configuration',
    run: init,
  },
  {
    name: 'check',
    synopsis: 'check [--config FILE]',
    summary: 'validate the configuration, connect to nothing',
    run: runCheck,
  },
  { name: 'ports', synopsis: 'ports', summary: 'list ZTE USB devices and which port answers AT', run: ports },
  {
    name: 'doctor',
    synopsis: 'doctor [--config FILE]',
    summary: 'look for what usually goes wrong and say the remedy',
    run: doctor,
  },
  {
    name: 'support',
    synopsis: 'support [--config FILE] [--out FILE]',
    summary:
      'write a file for a report: versions, configuration, USB, last exchanges; without secrets, numbers and texts',
    run: support,
  },
  {
    name: 'healthcheck',
    synopsis: 'healthcheck [--config FILE]',
    summary: 'ask the running bridge whether it is well (needs health.port); for Docker',
    run: runHealthcheck,
  },
  {
    name: 'rules',
    synopsis: 'rules test "TEXT" --from NUMBER [--config FILE]',
    summary: 'say what the rules would do about such a message, and do nothing',
    run: rules,
  },
  {
    name: 'hash-password',
    synopsis: 'hash-password',
    summary: 'turn a password into what the configuration of the embedded broker takes in its place',
    run: hashPasswordVerb,
  },
  {
    name: 'switch',
    synopsis: 'switch modem|network|storage [--stick PORT] [--url URL] [--yes]',
    summary: 'change what a stick shows itself as',
    run: switchMode,
  },
  {
    name: 'addon',
    synopsis: 'addon [COMMAND …]',
    summary: 'carry out a command with the options of the Home Assistant app; only its image needs this',
    run: async (io) => runCli(await withAppOptions(io)),
  },
]

/** Runs one command line. @returns 0 clean, 1 failure, 2 wrong configuration or usage */
export async function runCli(io: CliIo): Promise<number> {
  const [first = '', ...rest] = io.args
  if (io.args.includes('--help') || first === 'help') return print(help())
  if (first === '--version') return print(version())
  const isVerb = !first.startsWith('-') && first !== ''
  const verb = VERBS.find(({ name }) => name === (isVerb ? first : 'start'))
  if (verb === undefined) return complain(`There is no ${JSON.stringify(first)}.\n\n${help()}`, 2)
  try {
    return await verb.run({ ...io, args: isVerb ? rest : io.args }, endingSignal())
  } catch (error) {
    if (error instanceof ConfigError || error instanceof UsageError) return complain(error.message, 2)
    if (error instanceof ModemError) return complain(error.message, 1)
    throw error
  }
}

/** Whoever starts it for the first time, by hand and without having configured anything, is asked. */
async function startOrInit(io: CliIo, signal: AbortSignal): Promise<number> {
  const code = isFirstStart(io) && isAtTerminal() ? await init(io, signal) : 0
  return code === 0 ? start(() => configFrom(io), signal) : code
}

/** Aborts at SIGINT and SIGTERM; the second of them ends the process at once. */
function endingSignal(): AbortSignal {
  const ending = new AbortController()
  const end = (): void => {
    if (ending.signal.aborted) process.exit(1)
    ending.abort()
  }
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
  return ending.signal
}

function help(): string {
  const lines = VERBS.map(({ synopsis, summary }) => `  zte2mqtt ${synopsis}\n      ${summary}`)
  return `zte2mqtt ${version()} puts ZTE cellular modems on MQTT.\n\n${lines.join('\n')}\n\n  --help, --version\n`
}

function print(text: string): number {
  process.stdout.write(`${text.trimEnd()}\n`)
  return 0
}

function complain(text: string, code: number): number {
  process.stderr.write(`${text.trimEnd()}\n`)
  return code
}
