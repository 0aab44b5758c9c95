import { DAY_MS } from './core/instant.js';

/** After so long a trouble that lasts is told again. */
const REMINDER_MS = DAY_MS;
/** Different texts that are remembered of one subject; a server that words each anew is not to fill the memory. */
const MOST_TEXTS = 20;

/**
 * Tells what goes wrong again and again from what is new: of a trouble that lasts the log has one line when it begins, one
 * when it becomes another, and one a day, however often it is met. Subjects are few: the names of the settings.
 */
export class TroubleLog {
  /** By subject, when each text was last told. */
  private readonly told = new Map<string, Map<string, number>>();

  /** `now`: milliseconds, from any beginning. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Whether this is worth a line; asked once for each time that it is met. */
  isNews(subject: string, trouble: string): boolean {
    const texts = this.told.get(subject) ?? new Map<string, number>();
    this.told.set(subject, texts);
    const text = withoutCountdown(trouble);
    const last = texts.get(text);
    if (last !== undefined && this.now() - last < REMINDER_MS) return false;
    const [oldest] = texts.keys();
    if (oldest !== undefined && texts.size >= MOST_TEXTS) texts.delete(oldest);
    texts.delete(text); // so that it is the newest
    texts.set(text, this.now());
    return true;
  }

  /** Forgets what was told of a subject that is well again; true: there was something. */
  isOver(subject: string): boolean {
    return this.told.delete(subject);
  }
}

/** While a pause lasts, the same trouble comes with the seconds that are left. */
function withoutCountdown(trouble: string): string {
  return trouble.replace(/; next try in \d+ s$/, '');
}
