"""Readers: what read a text off its raw bytes, in which charset they came; of what is there already nobody knows"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ('observation', 'snapshot'):
        for name in ('reader', 'charset'):
            op.add_column(table, sa.Column(name, sa.String(), nullable=False, server_default=''))


def downgrade() -> None:
    raise NotImplementedError('a store is never taken back to an older schema')
