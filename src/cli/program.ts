import { Argument, Command, CommanderError, InvalidArgumentError, type Option } from 'commander';
import { ConfigError } from '../config/problems.js';
import { loadClientConfig } from '../config/load-config.js';
import { MimeUnpacker } from '../imap/unpack/unpack-message.js';
import { backtestMail } from './backtest.js';
import { checkDomainOf, type CheckFlags } from './check.js';
import { importPaths } from './import-reports.js';
import { showMailboxes } from './mailboxes.js';
import { parseFiles } from './parse.js';
import { showRecord } from './record.js';
import { reprocess } from './reprocess.js';
import { showPlan, type PlanFlags } from './plan.js';
import { showProviders } from './providers.js';
import { askVerb, showStatus, VERBS, type Verb } from './rollout-verbs.js';
import { serviceUrl, type ServiceAddress } from './service-client.js';
import { classifySource, showSources, WORDS, type Word } from './sources.js';
import { CommandError, type ExitStatus, type Terminal } from './terminal.js';
import { ownVersion } from './version.js';

interface ServiceFlags {
  readonly url?: string;
  readonly token?: string;
}

function serviceOf(flags: ServiceFlags, terminal: Terminal): ServiceAddress {
  const url = flags.url === undefined ? null : serviceUrl(flags.url);
  const client = loadClientConfig(terminal);
  const token = flags.token ?? client.token;
  if (token === null) {
    throw new CommandError(
      'no token: give --token, set API_TOKEN, or run this where the service keeps its data',
    );
  }
  return { url: url ?? client.url, token };
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

function parseDate(text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new InvalidArgumentError('a date such as 2026-04-02 is expected.');
  return at;
}

function withService(command: Command): Command {
  return command
    .option('--url <url>', 'the service; DMARC_RATCHET_URL without it')
    .option('--token <token>', 'bearer token; API_TOKEN or DATA_DIR/api-token without it');
}

type Finish = (status: ExitStatus) => void;

function addOffline(program: Command, terminal: Terminal, finish: Finish): void {
  program
    .command('check')
    .argument('<domain>')
    .description(
      'reverse DNS, MX, SPF, DKIM and DMARC of a domain; exit status 0 fine, 1 something to do, 2 could not tell',
    )
    .option(
      '--ip <address>',
      'an address that sends its mail: SPF result and names; may be repeated',
      collect,
      [],
    )
    .option('--selector <name>', 'a DKIM selector that must be there; may be repeated', collect, [])
    .option('--resolver <host:port>', 'ask this resolver; may be repeated', collect, [])
    .option('--json', 'one line of JSON', false)
    .option('--markdown', 'for a ticket or a wiki', false)
    .action(async (domain: string, flags: CheckFlags) =>
      finish(await checkDomainOf(domain, flags, terminal)),
    );
  program
    .command('parse')
    .argument('<file...>')
    .description('what aggregate reports say: .xml, .gz, .zip, .eml; exit status 1 when a file holds none')
    .option('--json', 'one line of JSON for each report', false)
    .action(async (files: string[], flags: { json: boolean }) =>
      finish(await parseFiles(files, flags, new MimeUnpacker(), terminal)),
    );
  program
    .command('backtest')
    .description('what the ratchet would have done with the reports of a folder; writes nothing anywhere')
    .requiredOption('--mail <dir>', 'folder of report mails (.eml) or report files')
    .option('--domain <domain>', 'this domain alone')
    .option('--ladder <name|file>', 'gradual, rfc9989, parked, or a YAML file with rungs', 'gradual')
    .option('--authserv-id <id>', 'whose Authentication-Results headers to believe')
    .option('--until <date>', 'end of virtual time; the last report without it', parseDate)
    .option('--json', 'JSON', false)
    .action(async (flags: Parameters<typeof backtestMail>[0]) => finish(await backtestMail(flags, terminal)));
}

function addVerb(program: Command, verb: Verb, terminal: Terminal, finish: Finish): void {
  const command = withService(program.command(verb).argument('<domain>').description(VERBS[verb]));
  command.option('--note <text>', 'why; the history keeps it', '');
  if (verb === 'abort') command.option('--to <target>', 'stay, stable or none');
  if (verb === 'approve') command.option('--plan <hash>', 'only this plan; the present one without it');
  command.action(
    async (domain: string, flags: ServiceFlags & { note: string; to?: string; plan?: string }) => {
      const options = { note: flags.note, target: flags.to, plan: flags.plan };
      finish(await askVerb(verb, domain, serviceOf(flags, terminal), options, terminal));
    },
  );
}

function addOnline(program: Command, terminal: Terminal, finish: Finish): void {
  withService(program.command('status').description('where every domain stands'))
    .option('--json', 'one line of JSON for each domain', false)
    .action(async (flags: ServiceFlags & { json: boolean }) =>
      finish(await showStatus(serviceOf(flags, terminal), flags, terminal)),
    );
  withService(program.command('plan').argument('<domain>'))
    .description('what happens next to a domain, and what it waits for')
    .option('--json', 'JSON', false)
    .option('--markdown', 'for a ticket or a pull request', false)
    .action(async (domain: string, flags: ServiceFlags & PlanFlags) =>
      finish(await showPlan(domain, serviceOf(flags, terminal), flags, terminal)),
    );
  withService(program.command('record').argument('<domain>'))
    .description('what every name server shows, and which reporters have seen the policy')
    .option('--json', 'JSON', false)
    .action(async (domain: string, flags: ServiceFlags & { json: boolean }) =>
      finish(await showRecord(domain, serviceOf(flags, terminal), flags, terminal)),
    );
  withService(program.command('providers').description('whether each DNS provider takes its credential'))
    .option('--types', 'all types that there are', false)
    .option('--json', 'one line of JSON for each', false)
    .action(async (flags: ServiceFlags & { json: boolean; types: boolean }) =>
      finish(await showProviders(serviceOf(flags, terminal), flags, terminal)),
    );
  addSources(program, terminal, finish);
  for (const verb of Object.keys(VERBS).filter(isVerb)) addVerb(program, verb, terminal, finish);
  addIntake(program, terminal, finish);
}

function addSources(program: Command, terminal: Terminal, finish: Finish): void {
  withService(program.command('sources').argument('<domain>'))
    .description('who sends mail in the name of a domain, and of which class each is')
    .option('--json', 'one line of JSON for each source', false)
    .action(async (domain: string, flags: ServiceFlags & { json: boolean }) =>
      finish(await showSources(domain, serviceOf(flags, terminal), flags, terminal)),
    );
  withService(program.command('classify').argument('<domain>').argument('<source>', 'as sources lists it'))
    .addArgument(new Argument('<class>', 'yours, or not').choices(WORDS))
    .description("settle a source's class for good: authorized is yours, hostile is not")
    .requiredOption('--note <text>', 'why; the history keeps it')
    .action(async (domain: string, source: string, word: Word, flags: ServiceFlags & { note: string }) => {
      const given = { domain, source, class: word, note: flags.note };
      finish(await classifySource(given, serviceOf(flags, terminal), terminal));
    });
}

function addIntake(program: Command, terminal: Terminal, finish: Finish): void {
  const serviceIfAsked = (flags: ServiceFlags) =>
    flags.url === undefined ? null : serviceOf(flags, terminal);
  withService(program.command('import').argument('<path...>'))
    .description(
      'store reports from files, folders, Maildirs and mbox files; you vouch for them. With --url through a running service',
    )
    .action(async (paths: string[], flags: ServiceFlags) =>
      finish(await importPaths(paths, serviceIfAsked(flags), terminal)),
    );
  withService(program.command('reprocess'))
    .description('try mail again that could not be read, after an upgrade or with other limits')
    .action(async (flags: ServiceFlags) => finish(await reprocess(serviceIfAsked(flags), terminal)));
  withService(
    program.command('mailboxes').description('how far the mailboxes are read, and what was in them'),
  )
    .option('--follow', 'until all that waits is read', false)
    .option('--json', 'one line of JSON for each folder', false)
    .action(async (flags: ServiceFlags & { follow: boolean; json: boolean }) =>
      finish(await showMailboxes(serviceOf(flags, terminal), flags, terminal)),
    );
}

function isVerb(text: string): text is Verb {
  return Object.hasOwn(VERBS, text);
}

/** Of defaults only those are told that say something: no empty list, no empty text, no flag that isn't set. */
function optionDescription({ description, defaultValue }: Option): string {
  const isTelling = typeof defaultValue === 'string' && defaultValue !== '';
  return isTelling ? `${description} (default: ${defaultValue})` : description;
}

function newProgram(terminal: Terminal, serve: () => Promise<void>, finish: Finish): Command {
  const program = new Command('dmarc-ratchet')
    .description('Moves a domain from p=none to p=reject without losing legitimate mail.')
    .version(ownVersion())
    .configureHelp({ optionDescription })
    .exitOverride()
    .showHelpAfterError('(--help shows how)')
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
    });
  program.command('serve').description('run the service').action(serve);
  addOffline(program, terminal, finish);
  addOnline(program, terminal, finish);
  return program;
}

/** Runs one command line; answers the exit status, or null when a service was started that goes on running. */
export async function runCommandLine(
  args: readonly string[],
  terminal: Terminal,
  serve: () => Promise<void>,
): Promise<ExitStatus | null> {
  let status: ExitStatus | null = null;
  const program = newProgram(terminal, serve, (reached) => {
    status = reached;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof CommandError || error instanceof ConfigError)) throw error;
    terminal.err(`dmarc-ratchet: ${error.message}`);
    return error instanceof CommandError ? error.status : 2;
  }
}
