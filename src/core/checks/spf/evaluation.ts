import type { DnsQuestions } from '../dns-answers.js';
import type { IpAddress } from './ip-network.js';
import { dottedIp } from './ip-network.js';
import { LookUpBudget } from './look-up-budget.js';
import { expandMacros, hasMacro } from './macro-string.js';
import type { MacroLetter, MacroString } from './macro-string.js';
import { queryName } from './query-name.js';
import { ReverseNames } from './reverse-names.js';

/** The message whose sender is checked. */
export interface SpfMessage {
  readonly client: IpAddress;
  /** With a local part and a domain, always. */
  readonly sender: string;
  readonly helo: string;
  /** The host that asks; `unknown` where there is none. */
  readonly receiver: string;
  /** Seconds since 1970. */
  readonly at: number;
}

/** One run of check_host(), over all records that it leads to. */
export class Evaluation {
  readonly budget = new LookUpBudget();
  readonly reverse: ReverseNames;

  constructor(
    readonly message: SpfMessage,
    readonly dns: DnsQuestions,
  ) {
    this.reverse = new ReverseNames(message.client, dns);
  }

  /** A macro-string's text while the record of a domain is read. */
  async expand(macro: MacroString, domain: string): Promise<string> {
    const validated = hasMacro(macro, 'p') ? await this.reverse.best(domain) : '';
    return expandMacros(macro, (letter) => this.valueOf(letter, domain, validated));
  }

  /** The name that a term asks for; without a target the domain itself. Null: DNS can't have such a name. */
  async targetName(target: MacroString | null, domain: string): Promise<string | null> {
    return target === null ? domain : queryName(await this.expand(target, domain));
  }

  private valueOf(letter: MacroLetter, domain: string, validated: string): string {
    const { client, sender, helo, receiver, at } = this.message;
    const split = sender.lastIndexOf('@');
    switch (letter) {
      case 's':
        return sender;
      case 'l':
        return sender.slice(0, split);
      case 'o':
        return sender.slice(split + 1);
      case 'd':
        return domain;
      case 'i':
        return dottedIp(client);
      case 'p':
        return validated;
      case 'v':
        return client.family === 4 ? 'in-addr' : 'ip6';
      case 'h':
        return helo;
      case 'c':
        return client.text;
      case 'r':
        return receiver;
      case 't':
        return String(at);
    }
  }
}
