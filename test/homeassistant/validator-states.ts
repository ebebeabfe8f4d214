import { render, TemplateFault } from './jinja.ts'

type Keys = Record<string, unknown>

/** Home Assistant's limits for a state and for attributes that its recorder keeps. */
const LONGEST_STATE = 255

/** Attribute names that Home Assistant keeps for itself, and drops. */
const RESERVED = ['icon', 'unit_of_measurement', 'friendly_name', 'device_class', 'state', 'entity_picture']

/** What a state would do to Home Assistant's log. */
const WRONG: Readonly<Record<string, (state: string, component: Keys) => boolean>> = {
  sensor: (state, component) => {
    const { options, unit_of_meas, stat_cla } = component
    if (Array.isArray(options)) return !options.includes(state)
    const isNumber = unit_of_meas !== undefined || stat_cla !== undefined
    return isNumber && !/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(state)
  },
  binary_sensor: (state, { pl_on = 'ON', pl_off = 'OFF' }) => state !== pl_on && state !== pl_off,
  switch: (state) => state !== 'ON' && state !== 'OFF',
  select: (state, { options }) => !(options as string[]).includes(state),
  text: (state, { ptrn, min, max }) =>
    (typeof ptrn === 'string' && !new RegExp(ptrn).test(state)) ||
    [...state].length < Number(min) ||
    [...state].length > Number(max),
}

/**
 * What Home Assistant would complain of when it gets this payload on the topic that a component reads: its state, its attributes, or
 * the event. @param component in abbreviations, as announced
 */
export function stateFaultsOf(component: Keys, payload: string): string[] {
  try {
    const platform = String(component.p)
    if (platform === 'event') return eventFaults(component, payload)
    if (platform === 'device_automation') return triggerFaults(component, payload)
    return [...valueFaults(component, platform, payload), ...attributeFaults(component, payload)]
  } catch (error) {
    if (error instanceof TemplateFault || error instanceof SyntaxError) return [error.message]
    throw error
  }
}

/** What an entity's template makes of a payload. */
export function stateOf({ val_tpl }: Keys, payload: string): string {
  return typeof val_tpl === 'string' ? render(val_tpl, { value_json: JSON.parse(payload), value: payload }) : payload
}

function valueFaults(component: Keys, platform: string, payload: string): string[] {
  const state = stateOf(component, payload)
  if (platform !== 'text' && state === 'None') return []
  if (platform === 'text' && state === 'None') return ['a text without a value shows the word None']
  if (platform !== 'text' && state === '') return ['an empty state is ignored']
  const faults = [...state].length > LONGEST_STATE ? [`${[...state].length} characters`] : []
  return WRONG[platform]?.(state, component) ? [...faults, `state ${state}`] : faults
}

function attributeFaults({ json_attr_t, json_attr_tpl, stat_t }: Keys, payload: string): string[] {
  if (json_attr_t === undefined) return []
  if (json_attr_t !== stat_t) return ['attributes come from another topic']
  const text = typeof json_attr_tpl === 'string' ? render(json_attr_tpl, { value_json: JSON.parse(payload) }) : payload
  const attributes: unknown = JSON.parse(text)
  if (typeof attributes !== 'object' || attributes === null || Array.isArray(attributes))
    return ['attributes no object']
  return RESERVED.filter((name) => name in attributes).map((name) => `attribute ${name} is dropped`)
}

function eventFaults({ evt_typ }: Keys, payload: string): string[] {
  const event: unknown = JSON.parse(payload)
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return ['an event is no object']
  const type: unknown = Reflect.get(event, 'event_type')
  return (evt_typ as unknown[]).includes(type) ? [] : [`event_type ${type}`]
}

function triggerFaults({ val_tpl }: Keys, payload: string): string[] {
  if (typeof val_tpl === 'string') render(val_tpl, { value_json: JSON.parse(payload) })
  return []
}
