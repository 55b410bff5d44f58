import os
import select
import signal
import subprocess
import sys
import time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import config

from odoo.addons.aftersales_network.tests.race import CommittedCase

#: Settles the run in a process of its own and stops in the middle of the third
#: point: its settlement and lines are written, nothing of it is committed.
SCRIPT = """
import time
Line = env.registry["aftersales.settlement.period.line"]
original = Line._settle_point
def settle_point(line):
    vals = original(line)
    line.env.flush_all()
    if line.service_point_id.name == "Killed 3":
        print("HALF-WAY", flush=True)
        time.sleep(300)
    return vals
Line._settle_point = settle_point
env["aftersales.settlement.period"]._cron_settle()
"""
POINTS = 4
LINES = 3
#: Deleted in this order; the key column and whose ids it holds.
REMOVED = (
    ("aftersales_settlement_line", "service_point_id", "point"),
    ("aftersales_settlement", "service_point_id", "point"),
    ("aftersales_settlement_period_line", "service_point_id", "point"),
    ("aftersales_settlement_period", "id", "period"),
    ("aftersales_point_adjustment", "service_point_id", "point"),
    ("aftersales_claim_check", "claim_id", "claim"),
    ("aftersales_claim_line", "claim_id", "claim"),
    ("aftersales_claim", "id", "claim"),
    ("aftersales_service_point", "id", "point"),
    ("res_partner", "id", "partner"),
)


@tagged("post_install", "-at_install")
class TestSettlementKill(CommittedCase):
    """The process that settles is killed for real; nothing is left half-done."""

    def _prepare(self, env):
        partners = env["res.partner"].create(
            [{"name": f"Killed {number}"} for number in range(1, POINTS + 1)]
        )
        points = env["aftersales.service.point"].create(
            [
                {"name": partner.name, "state": "active", "partner_id": partner.id}
                for partner in partners
            ]
        )
        claims = env["aftersales.claim"].create(
            [
                {
                    "service_point_id": point.id,
                    "company_id": point.company_id.id,
                    "line_ids": [
                        Command.create(
                            {"kind": "travel", "name": "T", "amount_claimed": 10.0}
                        )
                        for _line in range(LINES)
                    ],
                }
                for point in points
            ]
        )
        env["aftersales.point.adjustment"].create(
            [
                {
                    "service_point_id": point.id,
                    "date": "1990-01-15",
                    "amount": 5.0,
                    "reason": "Award",
                }
                for point in points
            ]
        )
        env.flush_all()
        self.ids = {"partner": partners.ids, "point": points.ids, "claim": claims.ids}
        # Decided long ago: no other run of this database takes that period.
        env.cr.execute(
            "UPDATE aftersales_claim SET state = 'approved', "
            "date_decision = '1990-01-20', amount_approved = %s, amount_allowed = %s "
            "WHERE id = ANY(%s)",
            [10.0 * LINES, 10.0 * LINES, claims.ids],
        )
        env.cr.execute(
            "UPDATE aftersales_claim_line SET claim_state = 'approved', "
            "amount_allowed = 10, amount_approved = 10 WHERE claim_id = ANY(%s)",
            [claims.ids],
        )
        env.invalidate_all()
        period = env["aftersales.settlement.period"]._start(
            points.company_id, "1990-01-01", "1990-01-31", points
        )
        self.ids["period"] = period.ids

    def _remove(self):
        with self.registry.cursor() as cr:
            for table, column, owner in REMOVED:
                cr.execute(
                    f"DELETE FROM {table} WHERE {column} = ANY(%s)", [self.ids[owner]]
                )
            cr.execute(
                "DELETE FROM mail_message WHERE model = 'aftersales.service.point' "
                "AND res_id = ANY(%s)",
                [self.ids["point"]],
            )

    def _start_process(self):
        """The scheduled job in a process of its own."""
        command = [
            *(sys.executable, "-m", "odoo", "shell", "--no-http"),
            *("-d", self.registry.db_name, "--log-level", "error"),
            *("--addons-path", ",".join(config["addons_path"])),
        ]
        for option in ("db_host", "db_port", "db_user", "db_password", "data_dir"):
            if config[option]:
                command += [
                    f"--{option.replace('_', '-') if option == 'data_dir' else option}",
                    str(config[option]),
                ]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.addCleanup(process.stdout.close)
        process.stdin.write(SCRIPT)
        process.stdin.close()
        return process

    def _wait_half_way(self, process, seconds=120):
        """Read what the process says until it is in the middle of a point."""
        said, end = "", time.monotonic() + seconds
        while "HALF-WAY" not in said and time.monotonic() < end:
            ready, _write, _error = select.select([process.stdout], [], [], 1)
            if ready:
                text = os.read(process.stdout.fileno(), 4096).decode()
                if not text:
                    break
                said += text
        self.assertIn("HALF-WAY", said)

    def _read(self, cr):
        """What stands in the database: states of the run, lines, totals."""
        cr.execute(
            "SELECT p.name, l.state FROM aftersales_settlement_period_line l "
            "JOIN aftersales_service_point p ON p.id = l.service_point_id "
            "WHERE l.period_id = ANY(%s) ORDER BY p.name",
            [self.ids["period"]],
        )
        states = [state for _name, state in cr.fetchall()]
        cr.execute(
            "SELECT p.name, count(l.id), sum(l.amount), max(s.amount_total) "
            "FROM aftersales_settlement s "
            "JOIN aftersales_service_point p ON p.id = s.service_point_id "
            "JOIN aftersales_settlement_line l ON l.settlement_id = s.id AND l.is_live "
            "WHERE s.service_point_id = ANY(%s) GROUP BY p.name ORDER BY p.name",
            [self.ids["point"]],
        )
        return states, [(n, c, float(a), float(t)) for n, c, a, t in cr.fetchall()]

    def test_killed_half_way_and_completed(self):
        process = self._start_process()
        try:
            self._wait_half_way(process)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait(30)
        self.assertEqual(process.returncode, -signal.SIGKILL)
        whole = LINES + 1, 10.0 * LINES + 5, 10.0 * LINES + 5
        states, found = self._read(self._cursor())
        self.assertEqual(states, ["done", "done", "waiting", "waiting"])
        self.assertEqual(found, [(f"Killed {n}", *whole) for n in (1, 2)])
        self._complete()
        states, found = self._read(self._cursor())
        self.assertEqual(states, ["done"] * POINTS)
        everyone = [(f"Killed {n}", *whole) for n in range(1, POINTS + 1)]
        self.assertEqual(found, everyone)
        self._complete()
        self.assertEqual(self._read(self._cursor())[1], everyone, "nothing twice")

    def test_clerk_and_point_at_once(self):
        self._complete()
        with self.registry.cursor() as one, self.registry.cursor() as two:
            first, second = (
                self._env(cr)["aftersales.settlement"].search(
                    [("service_point_id", "in", self.ids["point"])], limit=1
                )
                for cr in (one, two)
            )
            first.action_send()
            text = f"Somebody else is working on {first.name} at this moment."
            for step in (
                second.action_confirm,
                second.action_cancel,
                second._portal_confirm,
                second.action_compute,
            ):
                with self.assertRaisesRegex(UserError, text):
                    step()
            one.rollback()
            two.rollback()

    def _complete(self):
        """Run the job again, here and to its end."""
        with self.registry.cursor() as cr:
            # Until the database has let go of the killed process.
            cr.execute(
                "SELECT id FROM aftersales_settlement_period_line "
                "WHERE period_id = ANY(%s) FOR UPDATE",
                [self.ids["period"]],
            )
        with self.registry.cursor() as cr:
            self._env(cr)["aftersales.settlement.period"]._cron_settle()
