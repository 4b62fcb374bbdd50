"""Clues in order of age, changes of an item by kind and time: so that looking up reads a bounded number"""

import sqlalchemy as sa
from alembic import op

from storage.tables import Instant

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

_CLUE = ('value', 'kind', 'at', 'snapshot_id')


def upgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.drop_constraint('clue_pkey', 'clue')
        op.create_primary_key('clue_pkey', 'clue', list(_CLUE))
    else:
        _rebuild_clues()
    for column in ('item_id', 'of'):
        op.drop_index(f'ix_change_{column}', 'change')
        op.create_index(f'ix_change_{column}_latest', 'change', [column, 'kind', 'detected_at', 'rank'])


def _rebuild_clues() -> None:
    """The table anew, kept in the order of its key: one tree where there were a table and an index."""
    op.create_table('clue_by_age',
    sa.Column('value', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('at', Instant(), nullable=False),
    sa.Column('snapshot_id', sa.String(), nullable=False),
    sa.Column('item_id', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint(*_CLUE),
    sqlite_with_rowid=False
    )
    columns = 'value, kind, at, snapshot_id, item_id'
    op.execute(f'INSERT INTO clue_by_age ({columns}) SELECT {columns} FROM clue ORDER BY {", ".join(_CLUE)}')
    op.drop_table('clue')
    op.rename_table('clue_by_age', 'clue')
    op.create_index('ix_clue_at', 'clue', ['at'])


def downgrade() -> None:
    raise NotImplementedError('a store is never taken back to an older schema')
