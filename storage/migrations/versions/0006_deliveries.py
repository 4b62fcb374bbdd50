"""Deliveries: every change has a number of arrival, and every channel a place among these"""

import sqlalchemy as sa
from alembic import op

from storage.tables import Instant

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('arrival',
    sa.Column('number', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('change_id', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('number')
    )
    op.create_index('ix_arrival_change_id', 'arrival', ['change_id'], unique=True)
    op.create_table('delivery',
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('cursor', sa.BigInteger(), nullable=False),
    sa.Column('upto', sa.BigInteger(), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_try', Instant(), nullable=True),
    sa.Column('sent_at', Instant(), nullable=True),
    sa.Column('digest_at', Instant(), nullable=True),
    sa.Column('error', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('channel')
    )
    op.execute(
        'INSERT INTO arrival (number, change_id) '
        'SELECT row_number() OVER (ORDER BY detected_at, rank, id), id FROM change'
    )


def downgrade() -> None:
    raise NotImplementedError('a store is never taken back to an older schema')
