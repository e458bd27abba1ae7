<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
    <context>
        <name>AlertText</name>
        <message>
            <source>Not known: any program can write into this log</source>
            <translation>Unbekannt: jedes Programm kann in dieses Protokoll schreiben</translation>
        </message>
        <message>
            <source>The kernel</source>
            <translation>Der Kern</translation>
        </message>
        <message>
            <source>Unknown user</source>
            <translation>Unbekannter Benutzer</translation>
        </message>
        <message>
            <source>root</source>
            <translation>root</translation>
        </message>
        <message>
            <source>User %1</source>
            <translation>Benutzer %1</translation>
        </message>
        <message>
            <source>%1, in no service</source>
            <translation>%1, in keinem Dienst</translation>
        </message>
        <message>
            <source>%1, in %2</source>
            <translation>%1, in %2</translation>
        </message>
    </context>
    <context>
        <name>BlockText</name>
        <message>
            <source>Blocking…</source>
            <translation>Wird gesperrt…</translation>
        </message>
        <message>
            <source>Blocked</source>
            <translation>Gesperrt</translation>
        </message>
        <message>
            <source>Failed</source>
            <translation>Gescheitert</translation>
        </message>
        <message>
            <source>Refused</source>
            <translation>Abgelehnt</translation>
        </message>
        <message>
            <source>Only observed</source>
            <translation>Nur beobachtet</translation>
        </message>
        <message>
            <source>Unblocked</source>
            <translation>Entsperrt</translation>
        </message>
        <message>
            <source>Ended</source>
            <translation>Beendet</translation>
        </message>
        <message>
            <source>Unknown</source>
            <translation>Unbekannt</translation>
        </message>
        <message>
            <source>it means this network itself</source>
            <translation>sie meint dieses Netz selbst</translation>
        </message>
        <message>
            <source>it is this computer's own loopback address</source>
            <translation>sie ist die Loopback-Adresse dieses Rechners</translation>
        </message>
        <message>
            <source>the local link needs it</source>
            <translation>das lokale Netz braucht sie</translation>
        </message>
        <message>
            <source>it is a multicast address</source>
            <translation>sie ist eine Multicast-Adresse</translation>
        </message>
        <message>
            <source>it is the broadcast address</source>
            <translation>sie ist die Broadcast-Adresse</translation>
        </message>
        <message>
            <source>it is an address of this computer</source>
            <translation>sie ist eine Adresse dieses Rechners</translation>
        </message>
        <message>
            <source>it is the gateway to the internet</source>
            <translation>sie ist das Gateway ins Internet</translation>
        </message>
        <message>
            <source>it is the name server</source>
            <translation>sie ist der Nameserver</translation>
        </message>
        <message>
            <source>an administrator is logged in from there</source>
            <translation>von dort ist ein Administrator angemeldet</translation>
        </message>
        <message>
            <source>it is on the allowlist</source>
            <translation>sie steht auf der Positivliste</translation>
        </message>
        <message>
            <source>the network is too wide</source>
            <translation>das Netz ist zu groß</translation>
        </message>
        <message>
            <source>it is a private network</source>
            <translation>es ist ein privates Netz</translation>
        </message>
        <message>
            <source>Not blocked: %1.</source>
            <translation>Nicht gesperrt: %1.</translation>
        </message>
        <message>
            <source>Not blocked: a guard refused it.</source>
            <translation>Nicht gesperrt: Ein Schutz hat es abgelehnt.</translation>
        </message>
        <message>
            <source>Not blocked: the firewall did not take it.</source>
            <translation>Nicht gesperrt: Die Firewall hat es nicht angenommen.</translation>
        </message>
        <message>
            <source>Not blocked: %1</source>
            <translation>Nicht gesperrt: %1</translation>
        </message>
        <message>
            <source>It would have been blocked, but the engine only observes.</source>
            <translation>Sie wäre gesperrt worden, aber der Dienst beobachtet nur.</translation>
        </message>
        <message>
            <source>See the firewall's state at the top; then block the address again.</source>
            <translation>Oben steht der Zustand der Firewall; sperren Sie die Adresse danach erneut.</translation>
        </message>
        <message>
            <source>Start the engine without --observe and with rights on the firewall.</source>
            <translation>Starten Sie den Dienst ohne --observe und mit Rechten an der Firewall.</translation>
        </message>
        <message>
            <source>If it should be blocked, an administrator takes it off the allowlist first.</source>
            <translation>Soll sie gesperrt werden, nimmt ein Administrator sie zuerst von der Positivliste.</translation>
        </message>
        <message>
            <source>If that login is not yours, end its session; then block the address.</source>
            <translation>Ist das nicht Ihre Anmeldung, beenden Sie die Sitzung und sperren Sie dann die Adresse.</translation>
        </message>
        <message>
            <source>Block single addresses or a smaller network.</source>
            <translation>Sperren Sie einzelne Adressen oder ein kleineres Netz.</translation>
        </message>
        <message>
            <source>Nothing to do: blocking it would cut this computer off.</source>
            <translation>Nichts zu tun: Die Sperre würde diesen Rechner abschneiden.</translation>
        </message>
        <message>
            <source>Blocked by hand</source>
            <translation>Von Hand gesperrt</translation>
        </message>
        <message>
            <source>No reason given</source>
            <translation>Ohne Angabe von Gründen</translation>
        </message>
        <message>
            <source>it is not certain who wrote the log line</source>
            <translation>es ist nicht sicher, wer die Protokollzeile geschrieben hat</translation>
        </message>
        <message>
            <source>Not blocked: %1. %2</source>
            <translation>Nicht gesperrt: %1. %2</translation>
        </message>
        <message>
            <source>Find out which program wrote the line: somebody may be feigning an attack.</source>
            <translation>Finden Sie heraus, welches Programm die Zeile geschrieben hat: Jemand täuscht vielleicht einen Angriff vor.</translation>
        </message>
    </context>
    <context>
        <name>Chain</name>
        <message>
            <source>Log line</source>
            <translation>Protokollzeile</translation>
        </message>
        <message numerus="yes">
            <source>%n line(s) like this, the last at %1.</source>
            <translation>
                <numerusform>%n solche Zeile, die letzte um %1.</numerusform>
                <numerusform>%n solche Zeilen, die letzte um %1.</numerusform>
            </translation>
        </message>
        <message>
            <source>Rule %1 · %2 %3</source>
            <translation>Regel %1 · %2 %3</translation>
        </message>
        <message>
            <source>Blocked for %1</source>
            <translation>Gesperrt für %1</translation>
        </message>
        <message>
            <source>Blocked permanently</source>
            <translation>Dauerhaft gesperrt</translation>
        </message>
        <message>
            <source>Unblocked by hand</source>
            <translation>Von Hand entsperrt</translation>
        </message>
        <message>
            <source>Unblocked by %1</source>
            <translation>Entsperrt von %1</translation>
        </message>
        <message>
            <source>Ended on time</source>
            <translation>Planmäßig beendet</translation>
        </message>
        <message>
            <source>Stays until someone unblocks it</source>
            <translation>Bleibt, bis jemand sie entsperrt</translation>
        </message>
        <message>
            <source>Ends by itself</source>
            <translation>Endet von selbst</translation>
        </message>
        <message>
            <source>Asked for by a person</source>
            <translation>Von einer Person verlangt</translation>
        </message>
        <message>
            <source>Asked for by %1</source>
            <translation>Verlangt von %1</translation>
        </message>
        <message numerus="yes">
            <source>On %n list(s)</source>
            <translation>
                <numerusform>Auf %n Liste</numerusform>
                <numerusform>Auf %n Listen</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 is blocked.</source>
            <translation>%1 ist gesperrt.</translation>
        </message>
        <message>
            <source>%1 is not blocked.</source>
            <translation>%1 ist nicht gesperrt.</translation>
        </message>
        <message>
            <source>%1 is never blocked: %2.</source>
            <translation>%1 wird nie gesperrt: %2.</translation>
        </message>
    </context>
    <context>
        <name>Duration</name>
        <message>
            <source>d</source>
            <translation>T</translation>
        </message>
        <message>
            <source>h</source>
            <translation>Std.</translation>
        </message>
        <message>
            <source>min</source>
            <translation>Min.</translation>
        </message>
        <message>
            <source>s</source>
            <translation>s</translation>
        </message>
        <message numerus="yes">
            <source>%n day(s)</source>
            <translation>
                <numerusform>%n Tag</numerusform>
                <numerusform>%n Tage</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n hour(s)</source>
            <translation>
                <numerusform>%n Stunde</numerusform>
                <numerusform>%n Stunden</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n minute(s)</source>
            <translation>
                <numerusform>%n Minute</numerusform>
                <numerusform>%n Minuten</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n second(s)</source>
            <translation>
                <numerusform>%n Sekunde</numerusform>
                <numerusform>%n Sekunden</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Moment</name>
        <message>
            <source>yesterday %1</source>
            <translation>gestern %1</translation>
        </message>
        <message>
            <source>yesterday</source>
            <translation>gestern</translation>
        </message>
        <message>
            <source>d MMM</source>
            <extracomment>day and short month, as in "21 Nov"</extracomment>
            <translation>d. MMM</translation>
        </message>
        <message>
            <source>d MMM yyyy</source>
            <translation>d. MMM yyyy</translation>
        </message>
    </context>
    <context>
        <name>Notification</name>
        <message numerus="yes">
            <source>%1 and %n more</source>
            <translation>
                <numerusform>%1 und %n weitere</numerusform>
                <numerusform>%1 und %n weitere</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 blocked for %2</source>
            <translation>%1 für %2 gesperrt</translation>
        </message>
        <message>
            <source>%1 blocked permanently</source>
            <translation>%1 dauerhaft gesperrt</translation>
        </message>
        <message>
            <source>Unblock</source>
            <translation>Entsperren</translation>
        </message>
        <message numerus="yes">
            <source>%n address(es) blocked in the last minute</source>
            <translation>
                <numerusform>%n Adresse in der letzten Minute gesperrt</numerusform>
                <numerusform>%n Adressen in der letzten Minute gesperrt</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 could not be blocked</source>
            <translation>%1 konnte nicht gesperrt werden</translation>
        </message>
        <message>
            <source>Details</source>
            <translation>Details</translation>
        </message>
    </context>
    <context>
        <name>Protection</name>
        <message>
            <source>Looking for the engine…</source>
            <translation>Der Dienst wird gesucht…</translation>
        </message>
        <message>
            <source>This account may not talk to the engine</source>
            <translation>Dieses Konto darf nicht mit dem Dienst sprechen</translation>
        </message>
        <message>
            <source>The engine's socket %1 is closed to you.</source>
            <translation>Der Socket %1 des Dienstes ist für Sie gesperrt.</translation>
        </message>
        <message>
            <source>Ask an administrator to add you to the group “bartizan”, then log in again.</source>
            <translation>Bitten Sie einen Administrator, Sie in die Gruppe „bartizan“ aufzunehmen, und melden Sie sich neu an.</translation>
        </message>
        <message>
            <source>Something else answers in the engine's place</source>
            <translation>An der Stelle des Dienstes antwortet etwas anderes</translation>
        </message>
        <message>
            <source>Nothing was sent to it. An administrator should find out which program it is.</source>
            <translation>Es wurde nichts dorthin gesendet. Ein Administrator sollte klären, welches Programm das ist.</translation>
        </message>
        <message>
            <source>App and engine have different versions</source>
            <translation>Anwendung und Dienst haben verschiedene Versionen</translation>
        </message>
        <message>
            <source>After an update, close this app and open it again.</source>
            <translation>Schließen Sie nach einer Aktualisierung diese Anwendung und öffnen Sie sie wieder.</translation>
        </message>
        <message>
            <source>The engine is not running</source>
            <translation>Der Dienst läuft nicht</translation>
        </message>
        <message>
            <source>Nobody watches the logs. Blocks in the firewall stay until their time is over.</source>
            <translation>Niemand beobachtet die Protokolle. Sperren in der Firewall bleiben, bis ihre Zeit um ist.</translation>
        </message>
        <message>
            <source>Start it with:</source>
            <translation>Starten Sie ihn mit:</translation>
        </message>
        <message>
            <source>This computer is protected</source>
            <translation>Dieser Rechner ist geschützt</translation>
        </message>
        <message numerus="yes">
            <source>Watching %n log(s), blocking attackers with %1.</source>
            <translation>
                <numerusform>Beobachtet %n Protokoll, sperrt Angreifer mit %1.</numerusform>
                <numerusform>Beobachtet %n Protokolle, sperrt Angreifer mit %1.</numerusform>
            </translation>
        </message>
        <message>
            <source>Watching, but not blocking</source>
            <translation>Beobachtet, sperrt aber nicht</translation>
        </message>
        <message>
            <source>The engine was started to observe: attacks are shown and nothing is blocked.</source>
            <translation>Der Dienst wurde zum Beobachten gestartet: Angriffe werden gezeigt, nichts wird gesperrt.</translation>
        </message>
        <message>
            <source>Restart it without --observe to block.</source>
            <translation>Starten Sie ihn zum Sperren ohne --observe neu.</translation>
        </message>
        <message>
            <source>The firewall can't be used, so nothing is blocked.</source>
            <translation>Die Firewall ist nicht benutzbar, deshalb wird nichts gesperrt.</translation>
        </message>
        <message>
            <source>The firewall can't be used: %1</source>
            <translation>Die Firewall ist nicht benutzbar: %1</translation>
        </message>
        <message>
            <source>Blocking is paused</source>
            <translation>Das Sperren ist angehalten</translation>
        </message>
        <message>
            <source>It goes on by itself in %1.</source>
            <translation>Es geht in %1 von selbst weiter.</translation>
        </message>
        <message>
            <source>It goes on in a moment.</source>
            <translation>Es geht gleich weiter.</translation>
        </message>
        <message>
            <source>Protection is incomplete</source>
            <translation>Der Schutz ist unvollständig</translation>
        </message>
        <message>
            <source>The engine is in a state this app does not know</source>
            <translation>Der Dienst ist in einem Zustand, den diese Anwendung nicht kennt</translation>
        </message>
    </context>
    <context>
        <name>bartizan::app::ActivityPage</name>
        <message>
            <source>Why?</source>
            <translation>Warum?</translation>
        </message>
        <message>
            <source>Ask the engine what it did about this address, and why</source>
            <translation>Den Dienst fragen, was er mit dieser Adresse getan hat, und warum</translation>
        </message>
        <message>
            <source>Block…</source>
            <translation>Sperren…</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>Kopieren</translation>
        </message>
        <message>
            <source>Copy the alert with its log line</source>
            <translation>Die Meldung mit ihrer Protokollzeile kopieren</translation>
        </message>
        <message>
            <source>Show details</source>
            <translation>Details zeigen</translation>
        </message>
        <message>
            <source>Search alerts and log lines</source>
            <translation>Meldungen und Protokollzeilen suchen</translation>
        </message>
        <message>
            <source>Search the alerts</source>
            <translation>Die Meldungen durchsuchen</translation>
        </message>
        <message>
            <source>Lowest level shown</source>
            <translation>Niedrigste gezeigte Stufe</translation>
        </message>
        <message>
            <source>All levels</source>
            <translation>Alle Stufen</translation>
        </message>
        <message>
            <source>%1 and above (%2+)</source>
            <translation>%1 und höher (%2+)</translation>
        </message>
        <message>
            <source>Alerts</source>
            <translation>Meldungen</translation>
        </message>
        <message numerus="yes">
            <source>%n new – show</source>
            <translation>
                <numerusform>%n neue – zeigen</numerusform>
                <numerusform>%n neue – zeigen</numerusform>
            </translation>
        </message>
        <message>
            <source>Unblock</source>
            <translation>Entsperren</translation>
        </message>
        <message>
            <source>This alert names no source address</source>
            <translation>Diese Meldung nennt keine Herkunftsadresse</translation>
        </message>
        <message>
            <source>Let the address in again</source>
            <translation>Die Adresse wieder hereinlassen</translation>
        </message>
        <message>
            <source>Block the address this came from</source>
            <translation>Die Adresse sperren, von der das kam</translation>
        </message>
        <message>
            <source>As it was when the engine last answered</source>
            <translation>Stand der letzten Antwort des Dienstes</translation>
        </message>
        <message numerus="yes">
            <source>%n alert(s) loaded, newest first</source>
            <translation>
                <numerusform>%n Meldung geladen, neueste zuerst</numerusform>
                <numerusform>%n Meldungen geladen, neueste zuerst</numerusform>
            </translation>
        </message>
        <message>
            <source>Activity can't be shown</source>
            <translation>Das Geschehen kann nicht gezeigt werden</translation>
        </message>
        <message>
            <source>The engine keeps the alerts. As soon as it answers, they appear here.</source>
            <translation>Der Dienst bewahrt die Meldungen auf. Sobald er antwortet, erscheinen sie hier.</translation>
        </message>
        <message>
            <source>Your account may not see the alerts</source>
            <translation>Ihr Konto darf die Meldungen nicht sehen</translation>
        </message>
        <message>
            <source>Log lines hold names and addresses; they are shown to administrators and the group “bartizan” only. An administrator can add you to it.</source>
            <translation>Protokollzeilen enthalten Namen und Adressen; nur Administratoren und die Gruppe „bartizan“ sehen sie. Ein Administrator kann Sie aufnehmen.</translation>
        </message>
        <message>
            <source>The alerts could not be read</source>
            <translation>Die Meldungen konnten nicht gelesen werden</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>Erneut versuchen</translation>
        </message>
        <message>
            <source>Reading the alerts…</source>
            <translation>Meldungen werden gelesen…</translation>
        </message>
        <message>
            <source>Nothing found</source>
            <translation>Nichts gefunden</translation>
        </message>
        <message>
            <source>No alert matches the search and the level.</source>
            <translation>Keine Meldung passt zu Suche und Stufe.</translation>
        </message>
        <message>
            <source>Show all alerts</source>
            <translation>Alle Meldungen zeigen</translation>
        </message>
        <message>
            <source>All quiet</source>
            <translation>Alles ruhig</translation>
        </message>
        <message>
            <source>No rule has seen anything yet. What the rules notice in the logs appears here at once.</source>
            <translation>Noch hat keine Regel etwas gesehen. Was die Regeln in den Protokollen bemerken, erscheint hier sofort.</translation>
        </message>
        <message>
            <source>Hide details</source>
            <translation>Details verbergen</translation>
        </message>
        <message>
            <source>Select an alert to see its fields and log line.</source>
            <translation>Wählen Sie eine Meldung, um ihre Felder und ihre Protokollzeile zu sehen.</translation>
        </message>
        <message>
            <source>%1 · level %2 · rule %3</source>
            <translation>%1 · Stufe %2 · Regel %3</translation>
        </message>
        <message>
            <source>From</source>
            <translation>Von</translation>
        </message>
        <message>
            <source>First seen</source>
            <translation>Zuerst</translation>
        </message>
        <message>
            <source>Last seen</source>
            <translation>Zuletzt</translation>
        </message>
        <message>
            <source>Times</source>
            <translation>Anzahl</translation>
        </message>
        <message>
            <source>Log</source>
            <translation>Protokoll</translation>
        </message>
        <message>
            <source>Computer</source>
            <translation>Rechner</translation>
        </message>
        <message>
            <source>Program</source>
            <translation>Programm</translation>
        </message>
        <message>
            <source>Decoder</source>
            <translation>Decoder</translation>
        </message>
        <message>
            <source>Groups</source>
            <translation>Gruppen</translation>
        </message>
        <message>
            <source>Log line</source>
            <translation>Protokollzeile</translation>
        </message>
        <message>
            <source>Last log line</source>
            <translation>Letzte Protokollzeile</translation>
        </message>
        <message>
            <source>Lines before it</source>
            <translation>Zeilen davor</translation>
        </message>
        <message>
            <source>Fields</source>
            <translation>Felder</translation>
        </message>
        <message numerus="yes">
            <source>It was never blocked. %n alert(s) name it.</source>
            <translation>
                <numerusform>Sie wurde nie gesperrt. %n Meldung nennt sie.</numerusform>
                <numerusform>Sie wurde nie gesperrt. %n Meldungen nennen sie.</numerusform>
            </translation>
        </message>
        <message>
            <source>Written by</source>
            <translation>Geschrieben von</translation>
        </message>
    </context>
    <context>
        <name>bartizan::app::AlertTableModel</name>
        <message>
            <source>Info</source>
            <translation>Info</translation>
        </message>
        <message>
            <source>Low</source>
            <translation>Niedrig</translation>
        </message>
        <message>
            <source>Medium</source>
            <translation>Mittel</translation>
        </message>
        <message>
            <source>High</source>
            <translation>Hoch</translation>
        </message>
        <message>
            <source>Critical</source>
            <translation>Kritisch</translation>
        </message>
        <message numerus="yes">
            <source>Seen %n time(s), last at %1</source>
            <translation>
                <numerusform>%n-mal gesehen, zuletzt um %1</numerusform>
                <numerusform>%n-mal gesehen, zuletzt um %1</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 %2</source>
            <extracomment>level of an alert, as in "High 10"</extracomment>
            <translation>%1 %2</translation>
        </message>
        <message>
            <source>Level</source>
            <translation>Stufe</translation>
        </message>
        <message>
            <source>Time</source>
            <translation>Zeit</translation>
        </message>
        <message>
            <source>What happened</source>
            <translation>Was geschah</translation>
        </message>
        <message>
            <source>From</source>
            <translation>Von</translation>
        </message>
        <message>
            <source>Log</source>
            <translation>Protokoll</translation>
        </message>
        <message>
            <source>Times</source>
            <translation>Anzahl</translation>
        </message>
    </context>
    <context>
        <name>bartizan::app::BlockAddressDialog</name>
        <message>
            <source>Block an address</source>
            <translation>Eine Adresse sperren</translation>
        </message>
        <message>
            <source>198.51.100.7 or 2001:db8::/48</source>
            <translation>198.51.100.7 oder 2001:db8::/48</translation>
        </message>
        <message>
            <source>Shown in the list and the audit (optional)</source>
            <translation>Steht in der Liste und im Prüfprotokoll (freiwillig)</translation>
        </message>
        <message>
            <source>Permanently</source>
            <translation>Dauerhaft</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Abbrechen</translation>
        </message>
        <message>
            <source>&amp;Address or network</source>
            <translation>&amp;Adresse oder Netz</translation>
        </message>
        <message>
            <source>&amp;For</source>
            <translation>&amp;Für</translation>
        </message>
        <message>
            <source>&amp;Reason</source>
            <translation>&amp;Grund</translation>
        </message>
        <message>
            <source>A single IPv4 or IPv6 address, or a network with its length.</source>
            <translation>Eine einzelne IPv4- oder IPv6-Adresse oder ein Netz mit seiner Länge.</translation>
        </message>
        <message>
            <source>This is no IP address. Host names can't be blocked.</source>
            <translation>Das ist keine IP-Adresse. Rechnernamen können nicht gesperrt werden.</translation>
        </message>
        <message>
            <source>An IPv4 address.</source>
            <translation>Eine IPv4-Adresse.</translation>
        </message>
        <message>
            <source>An IPv6 address.</source>
            <translation>Eine IPv6-Adresse.</translation>
        </message>
        <message>
            <source>A network, %1 to %2.</source>
            <translation>Ein Netz, %1 bis %2.</translation>
        </message>
        <message>
            <source>Block %1</source>
            <translation>%1 sperren</translation>
        </message>
        <message>
            <source>Block</source>
            <translation>Sperren</translation>
        </message>
    </context>
    <context>
        <name>bartizan::app::BlockTableModel</name>
        <message>
            <source>Permanent</source>
            <translation>Dauerhaft</translation>
        </message>
        <message>
            <source>ending…</source>
            <translation>endet…</translation>
        </message>
        <message>
            <source>Rule %1</source>
            <translation>Regel %1</translation>
        </message>
        <message>
            <source>Rule</source>
            <translation>Regel</translation>
        </message>
        <message>
            <source>By hand</source>
            <translation>Von Hand</translation>
        </message>
        <message>
            <source>Address</source>
            <translation>Adresse</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>Grund</translation>
        </message>
        <message>
            <source>Since</source>
            <translation>Seit</translation>
        </message>
        <message>
            <source>Remaining</source>
            <translation>Verbleibend</translation>
        </message>
        <message>
            <source>State</source>
            <translation>Zustand</translation>
        </message>
        <message>
            <source>Origin</source>
            <translation>Herkunft</translation>
        </message>
    </context>
    <context>
        <name>bartizan::app::BlocksPage</name>
        <message>
            <source>Unblock</source>
            <translation>Entsperren</translation>
        </message>
        <message>
            <source>Unblock all</source>
            <translation>Alle entsperren</translation>
        </message>
        <message>
            <source>Block again…</source>
            <translation>Erneut sperren…</translation>
        </message>
        <message>
            <source>Copy address</source>
            <translation>Adresse kopieren</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>Kopieren</translation>
        </message>
        <message>
            <source>Show details</source>
            <translation>Details zeigen</translation>
        </message>
        <message>
            <source>Block an address…</source>
            <translation>Adresse sperren…</translation>
        </message>
        <message>
            <source>Search</source>
            <translation>Suchen</translation>
        </message>
        <message>
            <source>Search the blocks</source>
            <translation>Die Sperren durchsuchen</translation>
        </message>
        <message>
            <source>Show</source>
            <translation>Zeigen</translation>
        </message>
        <message>
            <source>Current</source>
            <translation>Aktuell</translation>
        </message>
        <message>
            <source>Problems</source>
            <translation>Probleme</translation>
        </message>
        <message>
            <source>All</source>
            <translation>Alle</translation>
        </message>
        <message>
            <source>Unblock the selected addresses</source>
            <translation>Die gewählten Adressen entsperren</translation>
        </message>
        <message>
            <source>Block an address</source>
            <translation>Eine Adresse sperren</translation>
        </message>
        <message>
            <source>More actions</source>
            <translation>Weitere Aktionen</translation>
        </message>
        <message>
            <source>Blocks</source>
            <translation>Sperren</translation>
        </message>
        <message>
            <source>Hide details</source>
            <translation>Details verbergen</translation>
        </message>
        <message>
            <source>Copy addresses</source>
            <translation>Adressen kopieren</translation>
        </message>
        <message numerus="yes">
            <source>Unblock %n</source>
            <translation>
                <numerusform>%n entsperren</numerusform>
                <numerusform>%n entsperren</numerusform>
            </translation>
        </message>
        <message>
            <source>Select a blocked address first</source>
            <translation>Wählen Sie zuerst eine gesperrte Adresse</translation>
        </message>
        <message>
            <source>Let the selected addresses in again (Del)</source>
            <translation>Die gewählten Adressen wieder hereinlassen (Entf)</translation>
        </message>
        <message>
            <source>Let it in again (Del)</source>
            <translation>Wieder hereinlassen (Entf)</translation>
        </message>
        <message>
            <source>Block an address or network (Ctrl+B)</source>
            <translation>Eine Adresse oder ein Netz sperren (Strg+B)</translation>
        </message>
        <message>
            <source>Blocks can't be shown</source>
            <translation>Die Sperren können nicht gezeigt werden</translation>
        </message>
        <message>
            <source>The engine keeps the list. As soon as it answers, its blocks appear here.</source>
            <translation>Der Dienst führt die Liste. Sobald er antwortet, erscheinen seine Sperren hier.</translation>
        </message>
        <message>
            <source>Your account may not see the blocks</source>
            <translation>Ihr Konto darf die Sperren nicht sehen</translation>
        </message>
        <message>
            <source>Addresses and log lines are shown to administrators and the group “bartizan” only. An administrator can add you to it.</source>
            <translation>Adressen und Protokollzeilen sehen nur Administratoren und die Gruppe „bartizan“. Ein Administrator kann Sie aufnehmen.</translation>
        </message>
        <message>
            <source>The blocks could not be read</source>
            <translation>Die Sperren konnten nicht gelesen werden</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>Erneut versuchen</translation>
        </message>
        <message>
            <source>Reading the blocks…</source>
            <translation>Sperren werden gelesen…</translation>
        </message>
        <message>
            <source>Nothing found</source>
            <translation>Nichts gefunden</translation>
        </message>
        <message>
            <source>No block here matches “%1”.</source>
            <translation>Hier passt keine Sperre zu „%1“.</translation>
        </message>
        <message>
            <source>Clear the search</source>
            <translation>Suche leeren</translation>
        </message>
        <message>
            <source>No block failed or was refused</source>
            <translation>Keine Sperre schlug fehl oder wurde abgelehnt</translation>
        </message>
        <message>
            <source>When the firewall does not take a block, or a guard protects the address, it is here with the reason.</source>
            <translation>Nimmt die Firewall eine Sperre nicht an oder schützt ein Schutz die Adresse, steht sie hier mit dem Grund.</translation>
        </message>
        <message>
            <source>No address is blocked now</source>
            <translation>Zurzeit ist keine Adresse gesperrt</translation>
        </message>
        <message>
            <source>All earlier blocks have ended. New ones appear here by themselves.</source>
            <translation>Alle früheren Sperren sind beendet. Neue erscheinen hier von selbst.</translation>
        </message>
        <message>
            <source>Show earlier blocks</source>
            <translation>Frühere Sperren zeigen</translation>
        </message>
        <message>
            <source>No address was blocked yet</source>
            <translation>Noch wurde keine Adresse gesperrt</translation>
        </message>
        <message>
            <source>When a rule sees an attack, the attacker's address appears here with its reason and the time that is left.</source>
            <translation>Sieht eine Regel einen Angriff, erscheint hier die Adresse des Angreifers mit dem Grund und der verbleibenden Zeit.</translation>
        </message>
        <message>
            <source>As it was when the engine last answered</source>
            <translation>Stand der letzten Antwort des Dienstes</translation>
        </message>
        <message numerus="yes">
            <source>%n block(s)</source>
            <translation>
                <numerusform>%n Sperre</numerusform>
                <numerusform>%n Sperren</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%1 of %n block(s)</source>
            <translation>
                <numerusform>%1 von %n Sperre</numerusform>
                <numerusform>%1 von %n Sperren</numerusform>
            </translation>
        </message>
        <message>
            <source>Select a block to see what led to it.</source>
            <translation>Wählen Sie eine Sperre, um zu sehen, was zu ihr führte.</translation>
        </message>
        <message numerus="yes">
            <source>%n block(s) selected</source>
            <translation>
                <numerusform>%n Sperre gewählt</numerusform>
                <numerusform>%n Sperren gewählt</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>bartizan::app::DetailPane</name>
        <message>
            <source>Details</source>
            <translation>Details</translation>
        </message>
        <message>
            <source>Close the details</source>
            <translation>Die Details schließen</translation>
        </message>
        <message>
            <source>Close the details (Space)</source>
            <translation>Die Details schließen (Leertaste)</translation>
        </message>
    </context>
    <context>
        <name>bartizan::app::EngineActions</name>
        <message>
            <source>The engine is not running.</source>
            <translation>Der Dienst läuft nicht.</translation>
        </message>
        <message>
            <source>Your account may not change blocks. An administrator can add it to the group “bartizan”.</source>
            <translation>Ihr Konto darf keine Sperren ändern. Ein Administrator kann es in die Gruppe „bartizan“ aufnehmen.</translation>
        </message>
        <message>
            <source>Your account may not do this on this computer.</source>
            <translation>Ihr Konto darf das auf diesem Rechner nicht.</translation>
        </message>
        <message>
            <source>Refused: %1.</source>
            <translation>Abgelehnt: %1.</translation>
        </message>
        <message>
            <source>Nothing to unblock: it had ended already.</source>
            <translation>Nichts zu entsperren: Die Sperre war schon beendet.</translation>
        </message>
        <message>
            <source>%1 is unblocked.</source>
            <translation>%1 ist entsperrt.</translation>
        </message>
        <message numerus="yes">
            <source>%n address(es) unblocked.</source>
            <translation>
                <numerusform>%n Adresse entsperrt.</numerusform>
                <numerusform>%n Adressen entsperrt.</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 is blocked for %2.</source>
            <translation>%1 ist für %2 gesperrt.</translation>
        </message>
        <message>
            <source>%1 is blocked permanently.</source>
            <translation>%1 ist dauerhaft gesperrt.</translation>
        </message>
        <message>
            <source>Nothing to block again: the time is over.</source>
            <translation>Nichts erneut zu sperren: Die Zeit ist um.</translation>
        </message>
        <message>
            <source>%1 is blocked again.</source>
            <translation>%1 ist wieder gesperrt.</translation>
        </message>
        <message numerus="yes">
            <source>%n address(es) blocked again.</source>
            <translation>
                <numerusform>%n Adresse wieder gesperrt.</numerusform>
                <numerusform>%n Adressen wieder gesperrt.</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 was not blocked. %2</source>
            <translation>%1 wurde nicht gesperrt. %2</translation>
        </message>
        <message>
            <source>Blocking is paused for %1.</source>
            <translation>Das Sperren ist für %1 angehalten.</translation>
        </message>
        <message>
            <source>Blocking goes on.</source>
            <translation>Das Sperren geht weiter.</translation>
        </message>
    </context>
    <context>
        <name>bartizan::app::EngineClient</name>
        <message>
            <source>The engine is not running.</source>
            <translation>Der Dienst läuft nicht.</translation>
        </message>
        <message>
            <source>The engine did not answer in time.</source>
            <translation>Der Dienst hat nicht rechtzeitig geantwortet.</translation>
        </message>
        <message>
            <source>Try again.</source>
            <translation>Versuchen Sie es noch einmal.</translation>
        </message>
        <message>
            <source>The connection to the engine was lost.</source>
            <translation>Die Verbindung zum Dienst ging verloren.</translation>
        </message>
    </context>
    <context>
        <name>bartizan::app::FreedesktopNotifier</name>
        <message>
            <source>Open</source>
            <translation>Öffnen</translation>
        </message>
    </context>
    <context>
        <name>bartizan::app::MainWindow</name>
        <message>
            <source>Blocks</source>
            <translation>Sperren</translation>
        </message>
        <message>
            <source>Activity</source>
            <translation>Geschehen</translation>
        </message>
        <message>
            <source>Quit</source>
            <translation>Beenden</translation>
        </message>
        <message>
            <source>Quit the app; protection goes on</source>
            <translation>Anwendung beenden; der Schutz läuft weiter</translation>
        </message>
        <message>
            <source>Closes this app only (Ctrl+Q). The engine goes on protecting this computer.</source>
            <translation>Schließt nur diese Anwendung (Strg+Q). Der Dienst schützt diesen Rechner weiter.</translation>
        </message>
        <message>
            <source>Engine %1</source>
            <translation>Dienst %1</translation>
        </message>
        <message>
            <source>No engine</source>
            <translation>Kein Dienst</translation>
        </message>
    </context>
    <context>
        <name>bartizan::app::MessageBar</name>
        <message>
            <source>Undo</source>
            <translation>Rückgängig</translation>
        </message>
        <message>
            <source>Undo (%1)</source>
            <translation>Rückgängig (%1)</translation>
        </message>
        <message>
            <source>Close this message</source>
            <translation>Diese Nachricht schließen</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>Schließen</translation>
        </message>
    </context>
    <context>
        <name>bartizan::app::StatusHeader</name>
        <message>
            <source>Copy</source>
            <translation>Kopieren</translation>
        </message>
        <message>
            <source>Copy the command</source>
            <translation>Den Befehl kopieren</translation>
        </message>
        <message>
            <source>blocked now</source>
            <translation>gesperrt</translation>
        </message>
        <message>
            <source>alerts</source>
            <translation>Meldungen</translation>
        </message>
        <message>
            <source>log lines</source>
            <translation>Zeilen</translation>
        </message>
        <message numerus="yes">
            <source>%n more problem(s)</source>
            <translation>
                <numerusform>%n weiteres Problem</numerusform>
                <numerusform>%n weitere Probleme</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n problem(s) noticed</source>
            <translation>
                <numerusform>%n Problem bemerkt</numerusform>
                <numerusform>%n Probleme bemerkt</numerusform>
            </translation>
        </message>
        <message>
            <source>Fold the list</source>
            <translation>Die Liste einklappen</translation>
        </message>
        <message>
            <source>Show them</source>
            <translation>Zeigen</translation>
        </message>
        <message>
            <source>Resume</source>
            <translation>Fortsetzen</translation>
        </message>
        <message>
            <source>Pause 15 min</source>
            <translation>15 Min. Pause</translation>
        </message>
        <message>
            <source>Resume blocking</source>
            <translation>Sperren fortsetzen</translation>
        </message>
        <message>
            <source>Pause blocking for 15 minutes</source>
            <translation>Sperren für 15 Minuten anhalten</translation>
        </message>
        <message>
            <source>Block attackers again from now on</source>
            <translation>Angreifer ab jetzt wieder sperren</translation>
        </message>
        <message>
            <source>Rules block nothing new for 15 minutes; what is blocked stays blocked</source>
            <translation>Regeln sperren 15 Minuten lang nichts Neues; was gesperrt ist, bleibt gesperrt</translation>
        </message>
    </context>
    <context>
        <name>bartizan::app::TrayController</name>
        <message>
            <source>Open Bartizan</source>
            <translation>Bartizan öffnen</translation>
        </message>
        <message>
            <source>Recent blocks</source>
            <translation>Letzte Sperren</translation>
        </message>
        <message>
            <source>Quit (protection goes on)</source>
            <translation>Beenden (der Schutz läuft weiter)</translation>
        </message>
        <message>
            <source>Last: %1 %2, %3</source>
            <translation>Zuletzt: %1 %2, %3</translation>
        </message>
        <message>
            <source>Resume blocking</source>
            <translation>Sperren fortsetzen</translation>
        </message>
        <message>
            <source>Pause for 15 minutes</source>
            <translation>Für 15 Minuten anhalten</translation>
        </message>
        <message>
            <source>Unblock %1</source>
            <translation>%1 entsperren</translation>
        </message>
    </context>
    <context>
        <name>main</name>
        <message>
            <source>Shows and controls the Bartizan engine.</source>
            <translation>Zeigt und steuert den Bartizan-Dienst.</translation>
        </message>
        <message>
            <source>The engine's socket.</source>
            <translation>Der Socket des Dienstes.</translation>
        </message>
        <message>
            <source>Start without a window: tray icon and notifications only.</source>
            <translation>Ohne Fenster starten: nur Symbol und Benachrichtigungen.</translation>
        </message>
        <message>
            <source>The page to show: blocks or activity.</source>
            <translation>Die Seite, die gezeigt wird: blocks oder activity.</translation>
        </message>
    </context>
</TS>
