import { DEFAULT_STICK_URL, MODE_SWITCH_PATHS } from '../devices/usb-remedies.ts'
import { ModemError } from '../modem/errors.ts'
import { describeObstacle, nameDevice } from '../transport/usb-absence.ts'
import { portsInOrder } from '../transport/usb-candidates.ts'
import type { ProbePort } from '../transport/usb-follow.ts'
import type { UsbModemDevice, UsbScan } from '../transport/usb-tty.ts'
import { askPort } from './ports.ts'
import type { GetPage } from './stick-web-page.ts'

/** What a stick can be made to show itself as. */
export type SwitchTarget = 'modem' | 'network' | 'storage'

/** What `switch` needs from outside. */
export interface SwitchIo {
  readonly target: SwitchTarget
  /** Which stick: its socket (`1-2.1`) or one of its ports; `null` where there is only one. */
  readonly stick: string | null
  /** Where a stick in network mode has its web page; default `http://192.168.0.1`. */
  readonly url?: string
  /** `--yes`: without it the command only says what it would do. */
  readonly isConfirmed: boolean
  readonly scan: () => Promise<UsbScan>
  readonly probe: ProbePort
  /** Sends one AT command to a port. @returns its answer without the final result code. @throws ModemError */
  readonly send: (tty: string, command: string) => Promise<readonly string[]>
  readonly get: GetPage
  /** Waits so many milliseconds. */
  readonly pause: (ms: number) => Promise<void>
  readonly print: (line: string) => void
}

/**
 * `zte2mqtt switch`: changes what a stick shows itself as. A stick in storage mode is never switched from here (that is
 * the task of usb_modeswitch): its recipe is printed.
 * @returns 0 done or nothing to do, 1 failed, 2 not confirmed or not clear which stick
 */
export async function runSwitch(io: SwitchIo): Promise<number> {
  const { devices, names } = await io.scan()
  const port = io.stick === null ? null : (names.get(io.stick) ?? io.stick)
  const chosen = devices.filter(
    ({ busPath, interfaces }) => port === null || busPath === port || interfaces.some(({ tty }) => tty === port),
  )
  const [device] = chosen
  if (device === undefined || chosen.length > 1) {
    io.print(
      device === undefined
        ? 'There is no such ZTE device on the USB.'
        : 'Several ZTE devices are there; say which with --stick:',
    )
    for (const other of devices) io.print(`  ${other.busPath}: ${nameDevice(other)}, ${other.mode} mode`)
    return 2
  }
  if (device.mode === io.target) {
    io.print(`${nameDevice(device)} is in ${io.target} mode already.`)
    return 0
  }
  return (ROADS[`${device.mode} to ${io.target}`] ?? noRoad)(io, device)
}

type Road = (io: SwitchIo, device: UsbModemDevice) => Promise<number>

const ROADS: Readonly<Record<string, Road>> = {
  'storage to modem': printRecipe,
  'storage to network': printRecipe,
  'network to modem': leaveNetworkMode,
  'modem to network': returnToNetworkMode,
  'modem to storage': turnZeroCdOn,
}

/** Product id of the download composition, into which MODE_SWITCH leads and which `AT+ZCDRUN=F` leaves. */
const DOWNLOAD_COMPOSITION = '0016'
const RETURN_LIMIT_MS = 60_000
const LOOK_EVERY_MS = 2_000

async function noRoad(io: SwitchIo, device: UsbModemDevice): Promise<number> {
  io.print(`No way from ${device.mode} to ${io.target} mode is known for ${nameDevice(device)}.`)
  if (device.mode === 'bootloader') io.print(device.remedy)
  return 1
}

async function printRecipe(io: SwitchIo, device: UsbModemDevice): Promise<number> {
  io.print(`${nameDevice(device)} shows its CD-ROM. ${device.remedy}`)
  return 0
}

async function leaveNetworkMode(io: SwitchIo, device: UsbModemDevice): Promise<number> {
  const url = io.url ?? DEFAULT_STICK_URL
  const deed = `open ${url}${MODE_SWITCH_PATHS[0]}, after which ${nameDevice(device)} has no web page any more`
  if (!isConfirmed(io, deed, NETWORK_WAY_BACK)) return 2
  const refusal = await askWebPage(io, url)
  if (refusal !== null) {
    io.print(refusal)
    return 1
  }
  for (let waited = 0; waited < RETURN_LIMIT_MS; waited += LOOK_EVERY_MS) {
    await io.pause(LOOK_EVERY_MS)
    const now = (await io.scan()).devices.find(({ busPath }) => busPath === device.busPath)
    if (now?.mode !== 'modem') continue
    io.print(`Done: it is ${nameDevice(now)} now. "zte2mqtt ports" shows its ports. ${NETWORK_WAY_BACK}`)
    return 0
  }
  io.print(
    `It did not come back as a modem. Is its web page at ${url}? If not, say where with --url. Else plug it in again and look with "zte2mqtt ports".`,
  )
  return 1
}

const NETWORK_WAY_BACK = 'Way back: "zte2mqtt switch network --yes", then plug it in again.'

/**
 * A stick that obeys leaves the bus, often before it has answered: an answer that does not come means wait and see.
 * @returns why it does not obey, `null` when it may have
 */
async function askWebPage({ get }: SwitchIo, url: string): Promise<string | null> {
  for (const path of MODE_SWITCH_PATHS) {
    const answer = await get(`${url}${path}`, { Referer: `${url}/index.html` })
    if (answer.kind === 'unreachable') {
      return `There is no web page at ${url} (${answer.code}). Has the network card of the stick got an address (DHCP)? If the page is elsewhere, say where with --url.`
    }
    if (answer.kind === 'silent') return null
    if (answer.status === 200 && !/fail/i.test(answer.body)) return null
  }
  return `The web page at ${url} refuses. This firmware cannot be switched from here.`
}

async function returnToNetworkMode(io: SwitchIo, device: UsbModemDevice): Promise<number> {
  if (device.productId !== DOWNLOAD_COMPOSITION) return noRoad(io, device)
  return sendAll(io, device, ['AT+ZCDRUN=9', 'AT+ZCDRUN=F'], {
    effect: 'returns as a CD-ROM first and then as a network card',
    wayBack: 'Way back: "zte2mqtt switch modem --yes".',
  })
}

async function turnZeroCdOn(io: SwitchIo, device: UsbModemDevice): Promise<number> {
  return sendAll(io, device, ['AT+ZCDRUN=9'], {
    effect: 'returns as a CD-ROM',
    wayBack:
      'Way back: "zte2mqtt switch modem" prints the usb_modeswitch command for it; in modem mode AT+ZCDRUN=8 turns the CD-ROM off for good.',
  })
}

async function sendAll(
  io: SwitchIo,
  device: UsbModemDevice,
  commands: readonly string[],
  { effect, wayBack }: { readonly effect: string; readonly wayBack: string },
): Promise<number> {
  if (!isConfirmed(io, `send ${commands.join(', ')} to ${nameDevice(device)}`, wayBack)) return 2
  const tty = await findAnswering(io, device)
  if (tty === undefined) return 1
  for (const command of commands) {
    const fault = await faultOf(io.send(tty, command))
    if (fault === null) continue
    io.print(`${command} failed: ${fault} Nothing more was sent.`)
    return 1
  }
  io.print(`Done. Unplug the stick and plug it in again; it ${effect}. ${wayBack}`)
  return 0
}

async function findAnswering({ probe, print }: SwitchIo, device: UsbModemDevice): Promise<string | undefined> {
  const faults: string[] = []
  for (const { tty } of portsInOrder(device)) {
    const { answer, fault } = await askPort(tty, probe)
    if (answer !== null) return tty
    if (fault !== null) faults.push(fault)
  }
  const obstacle = describeObstacle(device)
  if (obstacle === null) print(`${nameDevice(device)} answers AT on none of its ports. "zte2mqtt doctor" says more.`)
  else print(`${obstacle.what} ${obstacle.remedy}`)
  for (const fault of faults) print(fault)
  return undefined
}

// "Close autorun state result(0:FAIL 1:SUCCESS):1": the words differ between firmwares, only the last digit counts.
async function faultOf(sent: Promise<readonly string[]>): Promise<string | null> {
  try {
    const lines = (await sent).filter((line) => !line.startsWith('+'))
    const digit = lines.flatMap((line) => /:\s*(\d)\s*$/.exec(line)?.[1] ?? []).at(-1)
    if (digit === undefined) return 'the stick does not say whether it obeys.'
    return digit === '1' ? null : 'the stick says no.'
  } catch (error) {
    if (error instanceof ModemError) return error.message
    throw error
  }
}

function isConfirmed(io: SwitchIo, deed: string, wayBack: string): boolean {
  if (io.isConfirmed) return true
  io.print(`This would ${deed}.`)
  io.print('Some sticks stay stuck in the new mode, and a few need their power cut to come back. Turn automatic')
  io.print('connection off before. Add --yes to do it.')
  io.print(wayBack)
  return false
}
