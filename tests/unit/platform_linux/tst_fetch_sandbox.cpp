// What a process can and can't do in the sandbox of bartizan-fetch, tried in one of its own each time
// (tests/support/sandbox_probe.cpp). The system test looks at the real program's.
#include <QProcess>
#include <QtTest>

#include <unistd.h>

class TestFetchSandbox : public QObject
{
    Q_OBJECT

private slots:
    void attempts_data();
    void attempts();
};

void TestFetchSandbox::attempts_data()
{
    QTest::addColumn<QByteArray>("outcome");
    for (const char* allowed : {"read-file", "thread", "tcp", "tcp6", "memory", "memory-file"})
        QTest::newRow(allowed) << QByteArray("done\n");
    for (const char* refused :
         {"write-file", "write-device", "change-file", "openat2", "remove-file", "fork", "packet", "raw",
          "listen", "executable-memory", "make-executable", "large-memory-file", "become-root", "kill-others",
          "new-group", "unlock-dumps", "read-shadow"})
        QTest::newRow(refused) << QByteArray("refused\n");
    for (const char* fatal : {"execute", "trace", "mount", "namespace"})
        QTest::newRow(fatal) << QByteArray();
    // A sanitizer needs all of the address space.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    QTest::newRow("much-memory") << QByteArray("refused\n");
#endif
}

void TestFetchSandbox::attempts()
{
    QFETCH(const QByteArray, outcome);
    QProcess probe;
    probe.start(QStringLiteral(BARTIZAN_BIN_DIR "/sandbox_probe"),
                {QString::fromLatin1(QTest::currentDataTag())});
    QVERIFY(probe.waitForFinished());
    QCOMPARE(probe.readAllStandardOutput(), outcome);
    if (outcome.isEmpty())
        QCOMPARE(probe.exitStatus(), QProcess::CrashExit);
    else
        QCOMPARE(probe.exitCode(), 0);
}

QTEST_GUILESS_MAIN(TestFetchSandbox)
#include "tst_fetch_sandbox.moc"
