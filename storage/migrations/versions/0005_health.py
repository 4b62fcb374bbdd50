"""Health: what is usual of a source's pages, and what was not believed of them"""

import sqlalchemy as sa
from alembic import op

from storage.tables import Instant

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('health',
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('source')
    )
    op.create_table('withheld',
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('at', Instant(), nullable=False),
    sa.Column('part', sa.Text(), nullable=False),
    sa.Column('observations', sa.JSON(), nullable=False),
    sa.Column('evidence', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('source', 'key', 'at')
    )


def downgrade() -> None:
    raise NotImplementedError('a store is never taken back to an older schema')
