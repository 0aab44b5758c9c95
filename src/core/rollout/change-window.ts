import type { ChangeWindow } from './rollout.js';
import type { Instant } from '../instant.js';

const WEEKDAYS: readonly string[] = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Whether a strengthening may be written now: inside any of the windows, or there are none. */
export function isInsideWindow(windows: readonly ChangeWindow[], now: Instant): boolean {
  return windows.length === 0 || windows.some((window) => contains(window, now));
}

function contains(window: ChangeWindow, now: Instant): boolean {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: window.timeZone,
    weekday: 'short',
    hour: 'numeric',
    hourCycle: 'h23',
  }).formatToParts(now);
  const weekday = parts.find((it) => it.type === 'weekday')?.value ?? '';
  const hour = Number(parts.find((it) => it.type === 'hour')?.value);
  return (
    window.days.includes(WEEKDAYS.indexOf(weekday) + 1) && hour >= window.fromHour && hour < window.toHour
  );
}
