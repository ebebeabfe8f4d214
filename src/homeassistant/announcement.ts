import type { AnnouncedDevice } from '../journal/announced.ts'
import type { Component } from './entity-row.ts'

type Components = Readonly<Record<string, Component>>
type Root = Readonly<Record<string, unknown>>
type Entry = readonly [key: string, component: Component]

/** A discovery message, taken apart. */
export interface Device {
  /** Everything but the components. */
  readonly root: Root
  /** By key; one with nothing but a platform is to be removed. */
  readonly components: Components
}

/** One device as Home Assistant may know it: of a key, it may know a component on more than one platform. */
export interface KnownDevice {
  readonly root: Root
  readonly components: readonly Entry[]
}

/** @throws SyntaxError when it is no JSON */
export function parseDevice(payload: string): Device {
  const { cmps = {}, ...root } = JSON.parse(payload) as { cmps?: Components }
  return { root, components: cmps }
}

function formatDevice({ root, components }: Device): string {
  return JSON.stringify({ ...root, cmps: components })
}

export function readKnown({ root, components }: AnnouncedDevice): KnownDevice {
  return { root: JSON.parse(root) as Root, components: JSON.parse(components) as KnownDevice['components'] }
}

export function writeKnown(topic: string, known: KnownDevice, states: readonly string[]): AnnouncedDevice {
  return { topic, root: JSON.stringify(known.root), components: JSON.stringify(known.components), states }
}

const isWhole = ([, component]: Entry): boolean => Object.keys(component).some((key) => key !== 'p')

/** Home Assistant tells components apart by key and platform. */
const nameOf = ([key, { p }]: Entry): string => `${key} ${String(p)}`

/** What Home Assistant may know once `device` has been announced as well. */
export function withAnnounced(known: KnownDevice | undefined, { root, components }: Device): KnownDevice {
  return { root, components: joined(known?.components ?? [], Object.entries(components).filter(isWhole)) }
}

/** What Home Assistant may know when both are true; of the same component, `newer` counts. */
export function withKnown(older: KnownDevice, newer: KnownDevice | undefined): KnownDevice {
  return newer === undefined ? older : { ...newer, components: joined(older.components, newer.components) }
}

/** What Home Assistant knows when it certainly has removed what is not `wanted`. */
export function withoutLeftovers(known: KnownDevice, wanted: Device): KnownDevice {
  const gone = leftovers(known, wanted)
  return { ...known, components: known.components.filter((entry) => !gone.includes(entry)) }
}

function joined(older: readonly Entry[], newer: readonly Entry[]): readonly Entry[] {
  return [...new Map([...older, ...newer].map((entry) => [nameOf(entry), entry])).values()]
}

/** `wanted` with every component that it does not speak of as it is known. */
export function withKept(known: KnownDevice | undefined, { root, components }: Device): Device {
  return { root, components: { ...Object.fromEntries(known?.components ?? []), ...components } }
}

/** What Home Assistant shall not know any more. @param wanted `null`: the whole device */
export function leftovers(known: KnownDevice, wanted: Device | null): readonly Entry[] {
  const names = new Set(
    Object.entries(wanted?.components ?? {})
      .filter(isWhole)
      .map(nameOf),
  )
  return known.components.filter((entry) => !names.has(nameOf(entry)))
}

/**
 * The payloads that make Home Assistant know exactly `wanted`, each to be published when it has taken in the one before. It removes
 * a component that is sent as a bare platform, but only one that it came to know since its own start: so all that is to go is
 * announced once more, and then removed. The last payload is the one that stays in the broker. @param wanted `null`: the device goes
 */
export function stepsTo(known: KnownDevice, wanted: Device | null): readonly string[] {
  const gone = leftovers(known, wanted)
  const { root, components } = wanted ?? { root: known.root, components: {} }
  const message = (changes: readonly Entry[]): string =>
    formatDevice({ root, components: { ...components, ...Object.fromEntries(changes) } })
  const steps = rounds(gone).flatMap((round) => [message(round), message(round.map(bare))])
  // The empty payload removes all that the message before had.
  if (wanted === null) return [...steps.slice(0, -1), '']
  const last = message(gone.filter(([key]) => !(key in components)).map(bare))
  return steps.at(-1) === last ? steps : [...steps, last]
}

function bare([key, { p }]: Entry): Entry {
  return [key, { p }]
}

/** A message holds one component per key, so a key that was on two platforms takes two rounds. */
function rounds(gone: readonly Entry[]): readonly (readonly Entry[])[] {
  const result: Map<string, Component>[] = []
  for (const [key, component] of gone) {
    const round = result.find((candidate) => !candidate.has(key))
    if (round === undefined) result.push(new Map([[key, component]]))
    else round.set(key, component)
  }
  return result.map((round) => [...round])
}
