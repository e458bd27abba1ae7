<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
    <context>
        <name>Chain</name>
        <message numerus="yes">
            <source>%n line(s) like this, the last at %1.</source>
            <translation>
                <numerusform>%n line like this, the last at %1.</numerusform>
                <numerusform>%n lines like this, the last at %1.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>On %n list(s)</source>
            <translation>
                <numerusform>On %n list</numerusform>
                <numerusform>On %n lists</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Duration</name>
        <message numerus="yes">
            <source>%n day(s)</source>
            <translation>
                <numerusform>%n day</numerusform>
                <numerusform>%n days</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n hour(s)</source>
            <translation>
                <numerusform>%n hour</numerusform>
                <numerusform>%n hours</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n minute(s)</source>
            <translation>
                <numerusform>%n minute</numerusform>
                <numerusform>%n minutes</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n second(s)</source>
            <translation>
                <numerusform>%n second</numerusform>
                <numerusform>%n seconds</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Notification</name>
        <message numerus="yes">
            <source>%1 and %n more</source>
            <translation>
                <numerusform>%1 and %n more</numerusform>
                <numerusform>%1 and %n more</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n address(es) blocked in the last minute</source>
            <translation>
                <numerusform>%n address blocked in the last minute</numerusform>
                <numerusform>%n addresses blocked in the last minute</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Protection</name>
        <message numerus="yes">
            <source>Watching %n log(s), blocking attackers with %1.</source>
            <translation>
                <numerusform>Watching %n log, blocking attackers with %1.</numerusform>
                <numerusform>Watching %n logs, blocking attackers with %1.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>bartizan::app::ActivityPage</name>
        <message numerus="yes">
            <source>%n new – show</source>
            <translation>
                <numerusform>%n new – show</numerusform>
                <numerusform>%n new – show</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n alert(s) loaded, newest first</source>
            <translation>
                <numerusform>%n alert loaded, newest first</numerusform>
                <numerusform>%n alerts loaded, newest first</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>It was never blocked. %n alert(s) name it.</source>
            <translation>
                <numerusform>It was never blocked. %n alert names it.</numerusform>
                <numerusform>It was never blocked. %n alerts name it.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>bartizan::app::AlertTableModel</name>
        <message numerus="yes">
            <source>Seen %n time(s), last at %1</source>
            <translation>
                <numerusform>Seen %n time, last at %1</numerusform>
                <numerusform>Seen %n times, last at %1</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>bartizan::app::BlocksPage</name>
        <message numerus="yes">
            <source>Unblock %n</source>
            <translation>
                <numerusform>Unblock %n</numerusform>
                <numerusform>Unblock %n</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n block(s)</source>
            <translation>
                <numerusform>%n block</numerusform>
                <numerusform>%n blocks</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%1 of %n block(s)</source>
            <translation>
                <numerusform>%1 of %n block</numerusform>
                <numerusform>%1 of %n blocks</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n block(s) selected</source>
            <translation>
                <numerusform>%n block selected</numerusform>
                <numerusform>%n blocks selected</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>bartizan::app::EngineActions</name>
        <message numerus="yes">
            <source>%n address(es) unblocked.</source>
            <translation>
                <numerusform>%n address unblocked.</numerusform>
                <numerusform>%n addresses unblocked.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n address(es) blocked again.</source>
            <translation>
                <numerusform>%n address blocked again.</numerusform>
                <numerusform>%n addresses blocked again.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>bartizan::app::StatusHeader</name>
        <message numerus="yes">
            <source>%n more problem(s)</source>
            <translation>
                <numerusform>%n more problem</numerusform>
                <numerusform>%n more problems</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n problem(s) noticed</source>
            <translation>
                <numerusform>%n problem noticed</numerusform>
                <numerusform>%n problems noticed</numerusform>
            </translation>
        </message>
    </context>
</TS>
